import { createRoot } from 'react-dom/client';
import { createDesktopHost, desktopBridge } from '../host/desktop.ts';
import { createLoopbackHost } from '../host/loopback.ts';
import { App } from './App.tsx';
import './styles.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
const bridge = desktopBridge(window);
const host = bridge === undefined ? createLoopbackHost(window) : createDesktopHost(window, bridge);
createRoot(root).render(<App host={host} />);
