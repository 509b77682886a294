import { createRoot } from 'react-dom/client';
import { App } from '../../../../renderer/app/App.tsx';
import '../../../../renderer/app/styles.ts';
import { memoryLine } from '../memory-line.ts';
import { ScriptedCore } from '../scripted-core.ts';
import { newWorld, type World } from '../world.ts';
import { isScene, SCENES, type Scene } from './scenes.ts';

/** Query: scene, lang, theme. The core is put on `window.core` so that a test can change the world while it watches. */
const query = new URLSearchParams(location.search);
localStorage.clear();
localStorage.setItem('tillpoint.language', query.get('lang') ?? 'en');
localStorage.setItem('tillpoint.theme', query.get('theme') ?? 'light');
localStorage.setItem('tillpoint.lastStaff', 'P1');
const name = query.get('scene') ?? 'sale-empty';
if (!isScene(name)) throw new Error(`no scene ${name}`);
const world = newWorld();
const core = new ScriptedCore(world);
const make: (world: World) => Scene = SCENES[name];
const { route, ...rest } = make(world);
const built = rest.rebuild === true ? new ScriptedCore(world) : core;
const { line } = await memoryLine({ own: world.own, posted: world.posted });
built.line.next(line);
if (rest.link !== undefined) built.linkState.next(rest.link);
location.hash = `#${route}`;
(window as Window & { core?: ScriptedCore }).core = built;
const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<App host={built} />);
