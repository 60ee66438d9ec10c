// trend_chart.js -- draws the trend with uPlot: conversion with its interval above, counts below, one cursor through both.
import uPlot from "./uPlot.esm.js";

const CONVERSION_HEIGHT = 190;
const COUNTS_HEIGHT = 92;
const AXIS_WIDTH = 52;

let charts = [];
let drawn = null; // what the charts on the page were made from

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  return { line: of("accent"), band: of("band"), dashed: of("matured"), reached: of("bar-pale"), passed: of("accent"), text: of("muted"), grid: of("line"), font: `12px ${getComputedStyle(document.body).fontFamily}` };
}

/* points: trendPoints(); window: their kind; hover(index or null). Draws anew only if something changed. */
export function drawTrend(points, window, figures, theme, hover) {
  const frames = [document.getElementById("trend-conversion"), document.getElementById("trend-counts")];
  if (!frames[0] || !frames[1] || points.length < 2) {
    clear();
    return;
  }
  const width = Math.floor(frames[0].getBoundingClientRect().width);
  const data = [
    [points.map((point) => point.at), points.map((point) => point.chance?.low ?? null), points.map((point) => point.chance?.high ?? null), points.map((point) => point.matured), points.map((point) => point.conversion)],
    [points.map((point) => point.at), points.map((point) => point.reached), points.map((point) => point.passed)],
  ];
  const wanted = JSON.stringify([data, window, theme, width, figures.windowName("month")]);
  if (drawn?.wanted === wanted && drawn.frame === frames[0]) return;
  clear();
  const paint = colours();
  const common = { width, hover, paint, ticks: axisTicks(data[0][0], window, figures, width) };
  charts = [new uPlot(conversionOptions(common, points, figures), data[0], frames[0]), new uPlot(countsOptions(common, figures), data[1], frames[1])];
  drawn = { wanted, frame: frames[0] };
}

function clear() {
  for (const chart of charts) chart.destroy();
  charts = [];
  drawn = null;
}

/* Marks stand at beginnings of windows only, so many as have room. */
function axisTicks(starts, window, figures, width) {
  const every = Math.max(1, Math.ceil(starts.length / Math.max(2, Math.floor((width - AXIS_WIDTH) / 64))));
  const splits = starts.filter((_, index) => (starts.length - 1 - index) % every === 0);
  return { splits: () => splits, values: (_, marks) => marks.map((seconds) => figures.tick(window, seconds)) };
}

function shared({ width, hover, paint, ticks }, height, yAxis, hideX) {
  const axis = { stroke: paint.text, font: paint.font, grid: { stroke: paint.grid, width: 1 }, ticks: { show: false } };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: "trend" }, points: { size: 7 } },
    padding: [8, 10, hideX ? 8 : 0, 0],
    hooks: { setCursor: [(chart) => hover(chart.cursor.idx ?? null)] },
    axes: [{ ...axis, ...ticks, grid: { show: false }, size: hideX ? 0 : 26, ...(hideX ? { values: () => [] } : {}) }, { ...axis, size: AXIS_WIDTH, ...yAxis }],
  };
}

function conversionOptions(common, points, figures) {
  const { paint } = common;
  const most = Math.max(...points.map((point) => Math.max(point.conversion ?? 0, point.chance?.high ?? 0, point.matured ?? 0)), 0.05);
  // In an activity view more may go on than came; such a point leaves the picture rather than flatten all others.
  const base = shared(common, CONVERSION_HEIGHT, { values: (_, marks) => marks.map((mark) => figures.percent(mark)) }, true);
  const unseen = { stroke: "transparent", width: 0, points: { show: false } };
  return {
    ...base,
    scales: { x: { time: false, range: padded }, y: { range: [0, Math.min(most, 1) * 1.05] } },
    series: [
      {},
      unseen,
      unseen,
      { stroke: paint.dashed, width: 2, dash: [5, 4], points: { show: false }, spanGaps: true },
      { stroke: paint.line, width: 2.25, points: { show: true, size: 6, fill: paint.line, stroke: paint.line }, spanGaps: true },
    ],
    bands: [{ series: [2, 1], fill: paint.band }],
  };
}

function countsOptions(common, figures) {
  const { paint } = common;
  const whole = (marks) => marks.map((mark) => (Number.isInteger(mark) ? figures.number(mark) : ""));
  const base = shared(common, COUNTS_HEIGHT, { values: (_, marks) => whole(marks), space: 24 }, false);
  const bars = uPlot.paths.bars({ size: [0.6, 44] });
  return {
    ...base,
    scales: { x: { time: false, range: padded }, y: { range: (_, low, high) => [0, Math.max(1, high * 1.08)] } },
    series: [{}, { fill: paint.reached, stroke: "transparent", width: 0, paths: bars, points: { show: false } }, { fill: paint.passed, stroke: "transparent", width: 0, paths: bars, points: { show: false } }],
  };
}

/* Half a window of room on both sides, or the outer bars would be cut. */
function padded(chart, low, high) {
  const half = (high - low) / Math.max(2, chart.data[0].length - 1) / 2;
  return [low - half, high + half];
}
