// Draws the charts of a page from the JSON beside them, in the theme's colours, once they come into sight.

const drawn = new Map(); // canvas → { chart, config }
let loading = null;

function load(url) {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
  return loading;
}

const fontFamily = () => getComputedStyle(document.body).fontFamily;

// Colours resolved by the browser itself, since a canvas does not know CSS variables.
function colour(name) {
  const probe = document.createElement("span");
  probe.className = "visually-hidden";
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const PLAIN = [1, 2, 3, 4, 5, 6].map((n) => `--series-${n}`);

// A unit that is a word stands apart from its figure: 50件, 50 items.
function withUnit(text, unit) {
  return unit === "¥" ? `¥${text}` : `${text}${/^[a-z]/i.test(unit ?? "") ? " " : ""}${unit ?? ""}`;
}

function figure(value, unit) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const text = Math.abs(value).toLocaleString("ja");
  return (value < 0 ? "−" : "") + withUnit(text, unit);
}

// On an axis: 40万 or 400K, so that the labels stay short.
function short(value, unit) {
  const text = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact" }).format(value);
  return withUnit(text, unit);
}

function seriesOf(config) {
  return config.series.map((one, at) => ({
    name: one.name,
    data: one.values,
    type: config.kind === "line" ? "line" : "bar",
    stack: config.kind === "stacked" ? "all" : undefined,
    color: colour(one.tone ? `--${one.tone}-fill` : PLAIN[at % PLAIN.length]),
    barMaxWidth: 28,
    symbol: "circle",
    symbolSize: 6,
    lineStyle: { width: 2, type: ["solid", "dashed", "dotted"][Math.floor(at / PLAIN.length) % 3] },
    itemStyle: config.kind === "line" ? {} : { borderColor: colour("--surface"), borderWidth: config.kind === "stacked" ? 1 : 0 },
    emphasis: { disabled: true },
    markLine: at === 0 && config.goal !== undefined ? goalLine(config) : undefined,
  }));
}

function goalLine(config) {
  return {
    silent: true,
    symbol: "none",
    lineStyle: { color: colour("--ink-soft"), type: "dashed" },
    label: { formatter: figure(config.goal, config.unit), color: colour("--ink-soft"), fontSize: 11 },
    data: [{ yAxis: config.goal }],
  };
}

function options(config) {
  const [ink, soft, line, raised] = ["--ink", "--ink-soft", "--line", "--raised"].map(colour);
  const font = fontFamily();
  const several = config.series.length > 1;
  return {
    animation: false,
    textStyle: { fontFamily: font, color: soft, fontSize: 12 },
    grid: { left: config.unit === "¥" ? 14 : 6, right: config.goal === undefined ? 8 : 44, top: several ? 32 : 12, bottom: 4, containLabel: true },
    legend: several ? { top: 0, left: 0, itemWidth: 10, itemHeight: 10, textStyle: { color: ink, fontFamily: font } } : undefined,
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      axisPointer: { type: config.kind === "line" ? "line" : "shadow" },
      backgroundColor: raised,
      borderColor: line,
      textStyle: { color: ink, fontFamily: font, fontSize: 12 },
      valueFormatter: (value) => figure(value, config.unit),
    },
    xAxis: { type: "category", data: config.categories, axisTick: { show: false }, axisLine: { lineStyle: { color: line } }, axisLabel: { color: soft, hideOverlap: true } },
    yAxis: { type: "value", scale: config.kind === "line", splitNumber: 4, minInterval: config.unit === "%" ? 0 : 1, splitLine: { lineStyle: { color: line } }, axisLabel: { color: soft, formatter: (value) => short(value, config.unit) } },
    series: seriesOf(config),
  };
}

async function drawOne(canvas) {
  const figureElement = canvas.closest("[data-chart]");
  const config = JSON.parse(figureElement.querySelector("script[type='application/json']").textContent);
  // The labels are measured as they are drawn: the slices of the font that they need come first.
  const lettering = document.fonts.load(`12px ${fontFamily()}`, `${JSON.stringify(config)}0123456789¥,.万億KMB−–`);
  const [echarts] = await Promise.all([load(figureElement.dataset.echarts), lettering]);
  if (!canvas.isConnected || drawn.has(canvas)) return;
  const chart = echarts.init(canvas, null, { renderer: "canvas" });
  chart.setOption(options(config));
  drawn.set(canvas, { chart, config });
  sizes.observe(canvas);
}

const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => drawn.get(target)?.chart.resize()));
const sights = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    sights.unobserve(target);
    drawOne(target);
  }
}, { rootMargin: "200px" });

/** Draws the charts within, each when it comes near the view. */
export function draw(within) {
  for (const [canvas, { chart }] of drawn) {
    if (canvas.isConnected) continue;
    chart.dispose();
    drawn.delete(canvas);
  }
  within.querySelectorAll("[data-chart-canvas]").forEach((canvas) => { if (!drawn.has(canvas)) sights.observe(canvas); });
}

document.addEventListener("theme", () => {
  for (const { chart, config } of drawn.values()) chart.setOption(options(config), true);
});
