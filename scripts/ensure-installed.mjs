/**
 * Installs what is missing before `npm start`, `npm test` and the other root scripts, so that each works alone in a
 * fresh clone. It runs on the machine's own Node (20 or later) and needs nothing that it has yet to install.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const pinnedNode = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Holds the process id of whoever installs. Not in node_modules, which "npm ci" empties. */
const turn = join(root, '.installing');

if (whyInstall() !== null || !runsNode24()) {
  takeTurn();
  install();
}

function install() {
  const reason = whyInstall();
  if (reason !== null) {
    say(`${reason} Running "npm ci"; this takes a minute or two.`);
    // All of them, also where NODE_ENV or npm's own settings leave some out: the host and the build are among them.
    // Without its warnings: many packages ask for a Node that is only about to be installed.
    runOrExit(npm(), ['ci', '--include=dev', '--include=optional', '--loglevel=error'], root);
  }
  if (!runsNode24()) {
    // npm was told not to run install scripts (ignore-scripts), so the pinned Node has not been unpacked yet.
    say('Unpacking the Node that the functions run on.');
    runOrExit(process.execPath, ['installArchSpecificPackage'], join(root, 'node_modules/node'));
  }
  if (!runsNode24()) {
    say(`The pinned Node does not run: ${pinnedNode}. Delete node_modules and try again.`);
    process.exit(1);
  }
}

/**
 * Waits while another process installs. Two at once, say of "npm start" and "npm test", delete each other's files: one
 * fails, and the other ends well on half of the packages.
 */
function takeTurn() {
  for (let told = false; !isMyTurn(); told = true) {
    if (!told) say(`Waiting for another install in this folder. If there is none, delete ${turn}.`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  process.on('exit', () => rmSync(turn, { force: true }));
}

function isMyTurn() {
  try {
    writeFileSync(turn, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    // Whoever was killed in its turn cannot end it. Containers give their processes the same ids each time they start.
    const owner = ownerOfTurn();
    if (owner === process.pid || !isAlive(owner)) rmSync(turn, { force: true });
    return false;
  }
}

/** @returns {number | null} null when the turn has just ended, or just begun. */
function ownerOfTurn() {
  try {
    return Number(readFileSync(turn, 'utf8')) || null;
  } catch {
    return null;
  }
}

function isAlive(pid) {
  if (pid === null) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** @returns {string | null} a sentence, or null when everything that the lock file names is installed. */
function whyInstall() {
  const installed = packagesOf(join(root, 'node_modules/.package-lock.json'));
  if (installed === null) return 'The dependencies are not installed yet.';
  const locked = packagesOf(join(root, 'package-lock.json')) ?? {};
  for (const [path, wanted] of Object.entries(locked)) {
    // Workspaces are our own folders; optional packages are for other platforms, too.
    if (!path.includes('node_modules/') || wanted.optional) continue;
    const found = installed[path];
    const same = found?.version === wanted.version && found?.integrity === wanted.integrity;
    if (!same) return `The dependencies changed (${path.replace(/^.*node_modules\//, '')}).`;
  }
  return null;
}

/** npm keeps the second file to remember what it has really installed; it writes it last. */
function packagesOf(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : null;
}

function runsNode24() {
  if (!existsSync(pinnedNode)) return false;
  const { stdout } = spawnSync(pinnedNode, ['--version'], { encoding: 'utf8' });
  return String(stdout).startsWith('v24.');
}

/** The npm that runs this script, or the first on the path when it is run by hand. */
function npm() {
  return process.env.npm_execpath ?? 'npm';
}

function runOrExit(command, args, cwd) {
  const isScript = /\.[cm]?js$/.test(command);
  const { status, error } = isScript
    ? spawnSync(process.execPath, [command, ...args], { cwd, stdio: 'inherit' })
    : spawnSync(command, args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status === 0) return;
  say(`"${command} ${args.join(' ')}" failed${error ? `: ${error.message}` : '.'}`);
  process.exit(status ?? 1);
}

function say(sentence) {
  process.stdout.write(`weir: ${sentence}\n`);
}
