// Keeps today's page and its rolls, with the files that they need, for where there is no network. It answers from the
// network whenever there is one, and from what it kept when there is none. Nothing is sent from here: a roll's taps are
// kept and sent by its page.
const PAGES = 'zhaoxi-pages-1';
const FILES = 'zhaoxi-files-1';

/** Without an answer for so long, a kept page is better than waiting. */
const PATIENCE = 4000;

/** A page of yesterday is of no use, and names people. */
const LONGEST = 36 * 3600 * 1000;

const isPage = (url) => /^\/[a-z0-9-]+\/desk\/(today|occurrences\/[0-9a-f-]{36})$/.test(url.pathname);
const isAnswer = (url) => ['/api/read_today', '/api/read_roll', '/api/read_frame'].includes(url.pathname);
const isFile = (url) => url.pathname.startsWith('/pkg/') || /^\/[a-z0-9-]+\.svg$/.test(url.pathname);

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

/** What is being kept: two at once would forget each other's files. */
let keeping = Promise.resolve();

self.addEventListener('message', (event) => {
  if (Array.isArray(event.data?.keep)) {
    keeping = keeping.then(() => keepAll(event.data.keep, event.source));
    event.waitUntil(keeping);
  }
});

/** Keeps pages, tries again where something did not answer, and says so only once all is there. */
async function keepAll(paths, source) {
  for (let left = 3; left > 0; left -= 1) {
    try {
      await keepOnly(paths);
      source?.postMessage({ kept: true });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) {
    return;
  }
  if (isFile(url)) {
    event.respondWith(fromShelf(request));
  } else if ((request.mode === 'navigate' && isPage(url)) || isAnswer(url)) {
    event.respondWith(fresh(request, url, event));
  }
});

/** A file of the pages, as it was kept: its address changes with what is in it. */
async function fromShelf(request) {
  const kept = await (await caches.open(FILES)).match(request, { ignoreVary: true });
  return kept ?? fetch(request);
}

/** The answer of the network, or what was kept of it. */
async function fresh(request, url, event) {
  const pages = await caches.open(PAGES);
  const answering = fetch(request);
  let timer;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE);
  });
  try {
    const answer = await Promise.race([answering, patience.then(() => keptPage(pages, request, url))]);
    if (answer) {
      await noticed(answer, url);
      return answer;
    }
    return await answering;
  } catch (error) {
    const kept = await keptPage(pages, request, url);
    if (kept) {
      return kept;
    }
    throw error;
  } finally {
    clearTimeout(timer);
    event.waitUntil(answering.then(() => undefined, () => undefined));
  }
}

/** Who is signed in no more keeps nothing. */
async function noticed(answer, url) {
  if (answer.status === 401 && url.pathname !== '/api/read_frame') {
    await caches.delete(PAGES);
  }
}

async function keptPage(pages, request, url) {
  const kept = await pages.match(isPage(url) ? url.pathname : request, { ignoreVary: true });
  const date = kept && Date.parse(kept.headers.get('date') ?? '');
  return date && Date.now() - date < LONGEST ? kept : undefined;
}

/** Keeps these pages as they are now, with what they read and load, and forgets all others. It fails where one of them, or
 * of their files, does not answer: then nothing is forgotten. */
async function keepOnly(paths) {
  const pages = await caches.open(PAGES);
  const files = await caches.open(FILES);
  const wanted = new Set();
  const answers = new Set();
  for (const path of paths) {
    const [slug, , part, id] = path.split('/').filter(Boolean);
    answers.add(`/api/read_frame?slug=${slug}`);
    answers.add(part === 'today' ? `/api/read_today?slug=${slug}` : `/api/read_roll?slug=${slug}&occurrence=${id}`);
    const answer = await fetch(path, { headers: { accept: 'text/html' } });
    if (answer.status === 404) {
      continue;
    }
    if (!answer.ok) {
      throw new Error(path);
    }
    await pages.put(path, answer.clone());
    const text = await answer.text();
    for (const [file] of text.matchAll(/\/pkg\/[\w./-]+\.(?:js|css|wasm)|\/icons\.svg\?v=\w+/g)) {
      wanted.add(file);
    }
  }
  for (const path of answers) {
    const answer = await fetch(path);
    if (answer.ok) {
      await pages.put(path, answer);
    }
  }
  for (const file of await parts(wanted)) {
    wanted.add(file);
  }
  const all = ['/icon.svg', '/scene-small.svg', ...wanted];
  // A few at a time: pages are split into many small files.
  while (all.length > 0) {
    await Promise.all(all.splice(0, 12).map((file) => keepFile(files, file, wanted)));
  }
  const stays = new Set([...paths, ...answers]);
  for (const request of await pages.keys()) {
    const url = new URL(request.url);
    if (!stays.has(url.pathname + url.search)) {
      await pages.delete(request);
    }
  }
  for (const request of await files.keys()) {
    const { pathname, search } = new URL(request.url);
    if (!wanted.has(pathname + search)) {
      await files.delete(request);
    }
  }
}

/** The parts of the app that today's page and a roll load beside its first part. Their pages name them, too, but not
 * always: whether leptos writes those links depends on the order in which a page's pieces were ready. */
async function parts(wanted) {
  const first = [...wanted].find((file) => file.endsWith('/zhaoxi.wasm'));
  const folder = first?.replace(/[^/]+$/, '');
  const manifest = folder && (await fetch(`${folder}__wasm_split_manifest.json`));
  // Where the app isn't parted there is none.
  if (!manifest?.ok) {
    return [];
  }
  const ofPages = Object.entries(await manifest.json()).filter(([name]) => /(today|roll)_route_view/.test(name));
  const parts = ofPages.flatMap(([, files]) => files).map((file) => `${folder}${file}.wasm`);
  return [`${folder}__wasm_split.______________________.js`, ...parts];
}

/** Keeps a file and the scripts that it loads beside itself. */
async function keepFile(files, path, wanted) {
  wanted.add(path);
  // What has no version in its address is asked for anew.
  const known = /^\/pkg\/|\?v=/.test(path) ? await files.match(path, { ignoreVary: true }) : undefined;
  const file = known ?? (await fetch(path));
  if (!file.ok) {
    throw new Error(path);
  }
  if (!known) {
    await files.put(path, file.clone());
  }
  if (path.endsWith('.js')) {
    for (const [, beside] of (await file.text()).matchAll(/from\s*["']\.\/([\w.-]+\.js)["']/g)) {
      const other = path.replace(/[^/]+$/, beside);
      if (!wanted.has(other)) {
        await keepFile(files, other, wanted);
      }
    }
  }
}
