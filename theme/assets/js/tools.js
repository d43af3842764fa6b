// An element with attributes and children; of SVG where the name says so, `svg:path`.
const make = (name, attributes = {}, ...children) => {
  const svg = name.startsWith("svg:");
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", name.slice(4)) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

// Later, when the browser has nothing else to do.
const idle = (then) => (window.requestIdleCallback ?? setTimeout)(then, { timeout: 500 });
