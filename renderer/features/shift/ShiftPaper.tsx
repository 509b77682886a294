import type { ShiftReportView } from '../../../shared/contract/shift.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useWords } from '../../i18n/words.ts';
import { Lines } from '../../ui/paper/Lines.tsx';
import { Slip } from '../../ui/paper/Slip.tsx';
import { shiftLines } from './paper-lines.ts';

/** The X or Z report as paper: the sales above the perforation, the drawer below it. */
export function ShiftPaper({ report }: { report: ShiftReportView }) {
  const words = useWords();
  const { head, sales, drawer } = shiftLines(report, words);
  return (
    <Slip label={words.say(report.close === undefined ? 'shift.paper.x' : 'shift.paper.z')} stub={<Lines lines={drawer} />} testId={TEST_IDS.shiftPaper}>
      <Lines lines={[...head, { kind: 'rule' }, ...sales]} />
    </Slip>
  );
}
