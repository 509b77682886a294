/** Line icons on a 24 px grid, drawn for this product. Always beside words or inside a labelled control. */
const PATHS = {
  backspace: 'M9 5h11a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H9l-6-7zM11.5 9.5l5 5m0-5l-5 5',
  enter: 'M20 5v6a3 3 0 0 1-3 3H5m5-5l-5 5l5 5',
  online: 'M5 12.5l4.5 4.5L19 7.5',
  offline: 'M4 4l16 16M8.5 8.6A9 9 0 0 0 4 11m3 4a6 6 0 0 1 3.6-1.9M12 19h.01M13 7.05A9 9 0 0 1 20 11',
  sending: 'M12 19V6m-5 5l5-5l5 5',
  saved: 'M4 5h13l3 3v11H4zM8 5v5h7V5M8 19v-5h8v5',
  half: 'M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16',
  confirmed: 'M4 12a8 8 0 1 0 16 0a8 8 0 1 0-16 0M8.5 12.2l2.5 2.5l4.5-5',
  warning: 'M12 4l9 16H3zM12 10v4.5M12 17.3h.01',
  refused: 'M4 12a8 8 0 1 0 16 0a8 8 0 1 0-16 0M6.5 6.5l11 11',
  search: 'M11 5a6 6 0 1 0 0 12a6 6 0 1 0 0-12M15.5 15.5L20 20',
  voided: 'M8 6L4 10l4 4M4.5 10H14a5 5 0 0 1 0 10h-3',
  print: 'M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z',
  close: 'M6 6l12 12M18 6L6 18',
  card: 'M3 6h18v12H3zM3 10h18M7 15h3',
  held: 'M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3',
  star: 'M12 4l2.4 5l5.6.7l-4.1 3.8l1.1 5.5l-5-2.8l-5 2.8l1.1-5.5L4 9.7l5.6-.7z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round">
      <path d={PATHS[name]} />
    </svg>
  );
}
