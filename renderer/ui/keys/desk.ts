import { addKey, endBurst, NO_BURST, SCAN_GAP_MS, type Burst } from './rhythm.ts';

/** What a screen does with keys. Text arrives only when no text field has the focus. */
export interface KeyHandlers {
  onText?: (text: string) => void;
  onBackspace?: () => void;
  /** Enter, when it does not belong to a control that was reached by keyboard. */
  onEnter?: () => void;
  onEscape?: () => void;
  /** Arrow down while no control has the focus: into the list below. */
  onDown?: () => void;
  /** A card or receipt scanned, wherever the focus is. */
  onScan?: (code: string) => void;
  onFunctionKey?: Partial<Record<'F6' | 'F7' | 'F8' | 'F9', () => void>>;
  /** Nothing below this scope hears a key. */
  modal?: boolean;
}

/** Keys that move the focus, after which Enter belongs to what has it. */
const NAVIGATION = new Set(['Tab', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageUp', 'PageDown']);

/**
 * Routes the window's keys. Outside text fields a printable key is held for at most {@link SCAN_GAP_MS} until it is clear
 * whether it is typed or scanned, so a scan never spills into the bill. Inside a text field keys flow, and what a scan
 * left there is taken back.
 */
export class KeyDesk {
  private readonly scopes: (() => KeyHandlers)[] = [];
  private burst: Burst = NO_BURST;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private field: { input: HTMLInputElement; before: string } | undefined;
  private navigated = false;
  private readonly atOnce: (change: () => void) => void;

  /**
   * `atOnce` runs a change and returns when the screen's handlers have it: an Enter that comes with the last digit must act
   * on what was typed, not on what the screen showed before.
   */
  constructor(atOnce: (change: () => void) => void = (change) => change()) {
    this.atOnce = atOnce;
  }

  /** Adds a scope on top; answers its removal. */
  add(handlers: () => KeyHandlers): () => void {
    this.scopes.push(handlers);
    return () => {
      const at = this.scopes.indexOf(handlers);
      if (at >= 0) this.scopes.splice(at, 1);
    };
  }

  listen(target: Window): () => void {
    const onKey = (event: KeyboardEvent): void => this.handle(event);
    const onPointer = (): void => {
      this.navigated = false;
    };
    target.addEventListener('keydown', onKey, { capture: true });
    target.addEventListener('pointerdown', onPointer, { capture: true });
    return () => {
      target.removeEventListener('keydown', onKey, { capture: true });
      target.removeEventListener('pointerdown', onPointer, { capture: true });
      clearTimeout(this.timer);
    };
  }

  private handle(event: KeyboardEvent): void {
    // An input method owns its keys, and Ctrl, Alt and Meta belong to the browser and the system.
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.length === 1) this.handlePrintable(event);
    else if (event.key === 'Enter' || event.key === 'Tab') this.handleEnd(event);
    else this.handleOther(event);
  }

  private handlePrintable(event: KeyboardEvent): void {
    const input = textField(event.target);
    // Space presses the control that has the focus; no card begins with it.
    if (input === undefined && event.key === ' ' && this.burst.text === '') return;
    const next = addKey(this.burst, event.key, event.timeStamp);
    if (this.field === undefined && next.typed !== '') this.type(next.typed);
    if (next.burst.text.length === 1) this.field = input === undefined ? undefined : { input, before: input.value };
    this.burst = next.burst;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), SCAN_GAP_MS);
    if (input !== undefined && this.field !== undefined) {
      this.navigated = false;
      return;
    }
    stop(event);
  }

  private handleEnd(event: KeyboardEvent): void {
    clearTimeout(this.timer);
    const end = endBurst(this.burst, event.timeStamp);
    const field = this.field;
    this.burst = NO_BURST;
    this.field = undefined;
    const onScan = this.find((scope) => scope.onScan);
    if ('scan' in end && onScan !== undefined) {
      stop(event);
      if (field !== undefined) setFieldValue(field.input, field.before);
      this.navigated = false;
      onScan(end.scan);
      return;
    }
    const typed = 'scan' in end ? end.scan : end.typed;
    if (field === undefined && typed !== '') this.type(typed);
    if (event.key === 'Tab') {
      this.navigated = true;
      return;
    }
    this.handleEnter(event);
  }

  private handleEnter(event: KeyboardEvent): void {
    if (event.repeat) return stop(event);
    if (this.navigated && isControl(event.target)) return;
    const onEnter = this.find((scope) => scope.onEnter);
    if (onEnter === undefined) return;
    stop(event);
    onEnter();
  }

  private handleOther(event: KeyboardEvent): void {
    this.flush();
    if (NAVIGATION.has(event.key)) {
      this.navigated = true;
      const onDown = event.key === 'ArrowDown' && !isControl(event.target) ? this.find((scope) => scope.onDown) : undefined;
      if (onDown === undefined) return;
      stop(event);
      onDown();
      return;
    }
    const act = this.actOf(event);
    if (act === undefined) return;
    stop(event);
    act();
  }

  private actOf(event: KeyboardEvent): (() => void) | undefined {
    if (event.key === 'F6' || event.key === 'F7' || event.key === 'F8' || event.key === 'F9') {
      const key = event.key;
      return event.repeat ? () => undefined : this.find((scope) => scope.onFunctionKey?.[key]);
    }
    if (event.key === 'Escape') return this.find((scope) => scope.onEscape);
    if (event.key === 'Backspace' && textField(event.target) === undefined) return this.find((scope) => scope.onBackspace);
    return undefined;
  }

  /** The pause was too long for a scan: what was held is typing. */
  private flush(): void {
    clearTimeout(this.timer);
    const { text } = this.burst;
    const typed = this.field === undefined ? text : '';
    this.burst = NO_BURST;
    this.field = undefined;
    if (typed !== '') this.type(typed);
  }

  private type(text: string): void {
    this.navigated = false;
    this.atOnce(() => this.find((scope) => scope.onText)?.(text));
  }

  private find<T>(pick: (scope: KeyHandlers) => T | undefined): T | undefined {
    for (let at = this.scopes.length - 1; at >= 0; at -= 1) {
      const scope = this.scopes[at]?.();
      if (scope === undefined) continue;
      const found = pick(scope);
      if (found !== undefined) return found;
      if (scope.modal === true) return undefined;
    }
    return undefined;
  }
}

function stop(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopPropagation();
}

function textField(target: EventTarget | null): HTMLInputElement | undefined {
  return target instanceof HTMLInputElement && !['radio', 'checkbox', 'button'].includes(target.type) ? target : undefined;
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('button, a, [role="option"], [role="radio"], input[type="radio"], label') !== null;
}

/** Sets a field's value so that React hears of it. */
function setFieldValue(input: HTMLInputElement, value: string): void {
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, value);
  input.dispatchEvent(new Event('input', { bubbles: true }));
}
