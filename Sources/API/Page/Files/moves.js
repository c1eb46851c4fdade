// How a plot is moved: by a pointer that drags, fingers, wheel and keys.

/** Until `signal` ends it. */
export function handle(plot, signal) {
  const { canvas } = plot, held = new Map();
  let scrolled = 0;
  const on = (names, act, target = canvas) => {
    for (const name of names.split(" ")) target.addEventListener(name, act, { signal, passive: false });
  };
  const point = (event) => plot.point({ x: event.offsetX, y: event.offsetY });

  on("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    held.set(event.pointerId, event.offsetX);
    point(event);
  });
  // One finger or button moves, two zoom around the middle between them.
  on("pointermove", (event) => {
    const old = held.get(event.pointerId), x = event.offsetX;
    if (old !== undefined) {
      const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
      held.set(event.pointerId, x);
      if (other === undefined) plot.shift((old - x) * plot.scale);
      else plot.zoom(Math.max(10, Math.abs(old - other)) / Math.max(10, Math.abs(x - other)), (old + other) / 2);
    }
    point(event);
  });
  on("pointerup pointercancel", (event) => held.delete(event.pointerId));
  // A finger leaves what it pointed at to be read.
  on("pointerleave", (event) => { if (event.pointerType === "mouse") plot.point(null); });
  on("dblclick", () => plot.reset());

  // Who scrolls the page comes past without a change here.
  on("scroll", () => { scrolled = performance.now(); }, window);
  on("wheel", (event) => {
    if (performance.now() - scrolled < 300) return;
    event.preventDefault();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) plot.shift(event.deltaX * plot.scale);
    else plot.zoom(2 ** (Math.max(-100, Math.min(100, event.deltaY)) / 250), event.offsetX);
  });

  on("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { from, to, first } = plot.range, part = (to - from) / 8;
    const act = {
      ArrowLeft: () => plot.shift(-part), ArrowRight: () => plot.shift(part), Home: () => plot.shift(first - from),
      End: () => plot.reset(), "+": () => plot.zoom(0.8), "=": () => plot.zoom(0.8), "-": () => plot.zoom(1.25),
      Escape: () => plot.point(null) }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
