import { ROOT } from '../../electron/launch/bootstrap.mjs';
import { checkRooms } from '../rooms/check.ts';

const { violations, modules, imports } = await checkRooms(ROOT);
for (const { rule, from, to } of violations) console.log(`${rule}: ${from} imports ${to}`);
const unread = Object.entries(modules).flatMap(([room, count]) => (count === 0 ? [room] : []));
for (const room of unread) console.log(`${room}: no module was read, so nothing was checked there`);
console.log(`${Object.values(modules).reduce((sum, count) => sum + count, 0)} modules, ${imports} imports`);
process.exitCode = violations.length > 0 || unread.length > 0 ? 1 : 0;
