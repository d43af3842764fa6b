// An element with attributes and children; of SVG where the name says so, `svg:path`.
const make = (name, attributes = {}, ...children) => {
  const [tag, svg] = name.split(":").reverse();
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

// Later, when the browser has nothing else to do.
const idle = (then) => (window.requestIdleCallback ?? setTimeout)(then, { timeout: 500 });
