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
const unmark = () => {
  for (const nav of document.querySelectorAll(".md-code__nav:not([role])")) nav.setAttribute("role", "none");
};
const unmarked = new MutationObserver(unmark);

const scrollers = "div.arithmatex, .md-typeset__scrollwrap, .tabbed-labels";
const watch = () => {
  reachable.disconnect();
  for (const element of document.querySelectorAll(scrollers)) reachable.observe(element);
};
document.fonts.addEventListener("loadingdone", watch);

document$.subscribe(() => {
  watch();
  unmark();
  unmarked.disconnect();
  unmarked.observe(document.querySelector(".md-content"), { childList: true, subtree: true });
});

// Of a long page only what is in sight is rendered at first (site.css). The rest is shown for one frame each while the browser is idle: it
// keeps its size from then on, so that every place is where it will stay before a reader goes there. Where that is not so, the whole
// page is rendered: for a link to a place in it, after instant navigation, and when sizes change with the width of the window.
{
  const root = document.documentElement;
  const blocks = [...document.querySelectorAll(".md-content__inner > :not(h2, h3, .tabbed-set):nth-child(n + 8)")];
  const idle = window.requestIdleCallback ?? setTimeout;
  let shown = [];
  const next = () => {
    for (const block of shown) block.style.contentVisibility = "";
    shown = blocks.splice(0, 1);
    for (const block of shown) block.style.contentVisibility = "visible";
    if (shown.length) requestAnimationFrame(() => idle(next));
    else root.classList.add("laid-out");
  };
  const whole = () => root.classList.add("whole", "laid-out");
  const width = innerWidth;
  addEventListener("resize", () => innerWidth === width || whole());
  document$.subscribe(() => {
    if (root.classList.contains("laid-out") || location.hash) whole();
  });
  if (document.readyState === "complete") idle(next);
  else addEventListener("load", () => idle(next));
}
