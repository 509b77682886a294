import type { PrintLine } from '../../../shared/contract/printing.ts';
import { SlipLine } from './Slip.tsx';

/** Lines of a paper as they are printed, on the screen. */
export function Lines({ lines }: { lines: readonly PrintLine[] }) {
  return <>{groupsOf(lines).map((group, at) => <Group key={at} lines={group} />)}</>;
}

function Group({ lines }: { lines: PrintLine[] }) {
  const [first] = lines;
  if (first?.kind === 'pair') {
    return (
      <dl className="slip-lines">
        {lines.map((line, at) => line.kind === 'pair' && <SlipLine key={at} label={line.left} strong={line.look === 'strong'} soft={line.look === 'soft'}>{line.right}</SlipLine>)}
      </dl>
    );
  }
  if (first?.kind === 'rule') return <hr className="paper-rule" />;
  return (
    <>
      {lines.map((line, at) => {
        if (line.kind !== 'text') return null;
        if (line.look === 'title') return <h2 key={at} className="paper-center">{line.text}</h2>;
        const names = `small ${line.align === 'center' ? 'paper-center' : ''} ${line.look === 'soft' ? 'soft' : ''} ${line.look === 'strong' ? 'paper-strong' : ''}`;
        return <p key={at} className={names}>{line.text}</p>;
      })}
    </>
  );
}

/** Lines of one kind that follow each other: pairs are one list. */
function groupsOf(lines: readonly PrintLine[]): PrintLine[][] {
  const groups: PrintLine[][] = [];
  for (const line of lines) {
    const group = groups.at(-1);
    if (group?.[0]?.kind === line.kind) group.push(line);
    else groups.push([line]);
  }
  return groups;
}
