// What scrolls sideways must be within reach of the keyboard, and what does not should not stop it. The theme wraps tables when a page
// is shown, and what is folded has no width before it opens, so this is decided whenever one of them changes its size, and when fonts
// come that change what is in it.
const reachable = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

// The theme puts the copy button of every code block that comes into view into a landmark of its own, without a name.
new MutationObserver(() => {
  for (const nav of document.querySelectorAll(".md-code__nav:not([role])")) nav.setAttribute("role", "none");
}).observe(document.body, { childList: true, subtree: true });

const watch = () => {
  reachable.disconnect();
  for (const element of document.querySelectorAll("div.arithmatex, .md-typeset__scrollwrap, .tabbed-labels")) {
    element.tabIndex = 0; // until its size is known
    reachable.observe(element);
  }
};
document.fonts.addEventListener("loadingdone", watch);
document$.subscribe(watch);

// Of a long page only what is in sight is rendered (site.css). As soon as a reader does something, the rest is shown for one frame each
// while the browser is idle: it keeps its size from then on, so that every place stays where it is. Whoever goes to a place before that
// gets the whole page rendered first: by a link, by going back, after instant navigation. So does a window whose width changes.
{
  const root = document.documentElement;
  let blocks; // those to come, once a reader has done something
  let shown; // the one of this frame
  const next = () => {
    shown.style.contentVisibility = "";
    shown = blocks.shift();
    if (shown) {
      shown.style.contentVisibility = "visible";
      requestAnimationFrame(() => idle(next));
    } else root.classList.add("laid-out");
  };
  const lay = () => {
    const all = [...document.querySelectorAll("article > *, .tabbed-content")];
    blocks = all.filter((block) => getComputedStyle(block).contentVisibility === "auto");
    shown ??= (idle(next), root); // one chain only: each needs a frame of its own
  };
  const whole = () => root.classList.add("whole", "laid-out");

  for (const sign of ["keydown", "pointermove", "scroll"]) addEventListener(sign, () => blocks || lay());
  document.fonts.addEventListener("loadingdone", () => blocks && lay()); // sizes may be others now

  const width = innerWidth;
  addEventListener("resize", () => innerWidth - width && whole());
  let followed;
  addEventListener("click", ({ target }) => {
    followed = target.closest("a")?.href;
    if (followed?.includes("#") && !root.matches(".laid-out")) whole();
  }, true);
  let first = performance.getEntriesByType("navigation")[0]?.type === "navigate" && !location.hash;
  document$.subscribe(() => {
    first || whole();
    // If a reader scrolls before the page has come that a link leads to, the theme takes the old page's place for the new one's.
    if (followed === location.href) location.hash ? location.replace(location.hash) : scrollTo(0, 0);
    first = followed = 0;
  });
}
