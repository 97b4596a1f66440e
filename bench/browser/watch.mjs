/** Runs in the page, before all else of it: sees when it is painted, when it is hydrated, and how soon a tap is answered.
 * It is sent there as text, so it knows nothing of this file. `hydrated` says by what event is tried whether the page's
 * code listens: it is dispatched to an element of the page, and code that listens prevents the event's default. */
export function watch(hydrated) {
  const watched = { hydrated: 0, touched: 0, answered: 0 };
  const [tasks, largest] = [[], { at: 0 }];
  window.watched = watched;
  new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => {
    largest.at = list.getEntries().at(-1).startTime;
  }).observe({ type: 'largest-contentful-paint', buffered: true });

  /** True if the page's code prevents what the browser would do. Nothing else comes of it: a link is not followed, and an
   * event that no user made sends no form. */
  const listens = () => {
    const element = document.querySelector(hydrated.element);
    let prevented = false;
    if (element) {
      const last = (event) => {
        prevented = event.defaultPrevented;
        event.preventDefault();
      };
      window.addEventListener(hydrated.event, last, { once: true });
      const Made = { click: MouseEvent, submit: SubmitEvent }[hydrated.event];
      element.dispatchEvent(new Made(hydrated.event, { bubbles: true, cancelable: true }));
      window.removeEventListener(hydrated.event, last);
    }
    return prevented;
  };
  const trying = setInterval(() => {
    if (listens()) {
      clearInterval(trying);
      watched.hydrated = performance.now();
    }
  }, 20);

  watched.painted = () => {
    const first = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0;
    const blocking = tasks.filter((task) => task.startTime + task.duration > first && task.startTime < watched.hydrated);
    return {
      first,
      largest: largest.at,
      hydrated: watched.hydrated,
      blocked: blocking.reduce((sum, task) => sum + Math.max(0, task.duration - 50), 0),
    };
  };

  // When the finger came down, by the browser's own stamp.
  window.addEventListener('pointerdown', (event) => (watched.touched ||= event.timeStamp), { capture: true });

  /** Brings an element into sight and gives back its middle; from now on waits until what `answer` names has changed, and
   * has been painted. */
  watched.aim = async (selector, nth, answer) => {
    const element = document.querySelectorAll(selector)[nth];
    element.scrollIntoView({ block: 'center', behavior: 'instant' });
    // Scrolling has been painted, too: a finger comes later.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const looked = answer.of ? () => document.querySelector(answer.of) : () => element;
    const state = () => (answer.attribute ? looked()?.getAttribute(answer.attribute) : looked()?.textContent);
    const before = state();
    watched.touched = watched.answered = 0;
    const observer = new MutationObserver(() => {
      const now = state();
      if (now !== undefined && now !== before) {
        observer.disconnect();
        // A task behind the frame: it has been painted.
        requestAnimationFrame(() => setTimeout(() => (watched.answered = performance.now())));
      }
    });
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    const box = element.getBoundingClientRect();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };
}
