#include "report/html_sections.h"

namespace lr::report {
namespace {

constexpr std::string_view kStyle = R"css(
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #ffffff; --sunk: #f0f2f5; --ink: #14181d; --soft: #515a66;
  --line: #d9dee5; --link: #0b57b0;
  --fail: #b3211a; --fail-bg: #fdf0ee; --pass: #0b6b3f; --pass-bg: #ecf7f1;
  --open: #855000; --open-bg: #fdf5e6; --none: #5a6470; --none-bg: #f0f2f5;
  --critical: #9c1010; --high: #b8400f; --medium: #855000; --low: #2f6186; --info: #5a6470;
  --badge-ink: #ffffff;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1116; --card: #161b22; --sunk: #0e1218; --ink: #e7ebf0; --soft: #a5afbb;
    --line: #2c343e; --link: #7ab7ff;
    --fail: #ff8f85; --fail-bg: #2a1716; --pass: #62d29a; --pass-bg: #11251b;
    --open: #f2bd5c; --open-bg: #2a2112; --none: #9aa5b1; --none-bg: #1b212a;
    --critical: #ff8f85; --high: #ffa270; --medium: #f2bd5c; --low: #8cc4ee; --info: #aab4bf;
    --badge-ink: #14181d;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
.wrap { max-width: 1120px; margin: 0 auto; padding: 0 24px; }
a { color: var(--link); text-underline-offset: 2px; }
a:focus-visible, summary:focus-visible, pre:focus-visible {
  outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px;
}
h1, h2, h3, h4, p { margin: 0; }
h2 { font-size: 1.45rem; line-height: 1.25; letter-spacing: -0.01em; }
h3 { font-size: 1.12rem; line-height: 1.3; }
h4 { font-size: 0.8rem; letter-spacing: 0.05em; text-transform: uppercase; color: var(--soft); }
code, pre { font-family: var(--mono); font-size: 0.84rem; }
code { overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 16px; top: 8px; background: var(--card); padding: 8px 12px; z-index: 1; }
.icon { width: 1.15em; height: 1.15em; flex: none; vertical-align: -0.2em; fill: currentColor; }

.top { padding: 20px 0 16px; }
.top .wrap { display: flex; flex-wrap: wrap; gap: 4px 24px; align-items: baseline; }
.brand { font-weight: 700; }
.top .facts { color: var(--soft); font-size: 0.92rem; overflow-wrap: anywhere; }

.verdict { border-radius: 16px; border: 1px solid var(--line); border-top: 8px solid;
  padding: 28px 32px 24px; background: var(--card); }
.verdict.not_ready { border-top-color: var(--fail); }
.verdict.ready { border-top-color: var(--pass); }
.verdict.incomplete { border-top-color: var(--open); }
.verdict h1 { display: flex; align-items: center; gap: 16px;
  font-size: clamp(2.2rem, 6vw, 3.4rem); line-height: 1.05; letter-spacing: -0.02em;
  font-weight: 800; }
.verdict.not_ready h1 { color: var(--fail); }
.verdict.ready h1 { color: var(--pass); }
.verdict.incomplete h1 { color: var(--open); }
.verdict h1 .icon { width: 1em; height: 1em; vertical-align: 0; }
.verdict .sentence { font-size: 1.3rem; line-height: 1.4; margin-top: 10px; font-weight: 500; }
.verdict .worst { margin-top: 6px; font-size: 1.02rem; }
.numbers { display: flex; flex-wrap: wrap; gap: 16px 40px; margin: 22px 0 0; padding: 0;
  list-style: none; }
.numbers b { display: block; font-size: 1.7rem; line-height: 1.15;
  font-variant-numeric: tabular-nums; }
.numbers span { color: var(--soft); font-size: 0.92rem; }
.numbers .gap { border-left: 1px solid var(--line); padding-left: 40px; }
.numbers .critical b { color: var(--critical); }
.numbers .high b { color: var(--high); }
.coverage { margin-top: 22px; }
.bar { height: 10px; border-radius: 5px; background: var(--sunk); border: 1px solid var(--line);
  overflow: hidden; margin-top: 6px; }
.bar i { display: block; height: 100%; background: var(--pass); }
.bar.partial i { background: var(--open); }
.next { margin-top: 22px; padding-top: 18px; border-top: 1px solid var(--line);
  overflow-wrap: anywhere; }

nav.jump { margin: 20px 0 0; display: flex; flex-wrap: wrap; gap: 8px; }
nav.jump a { padding: 5px 14px; border: 1px solid var(--line); border-radius: 999px;
  background: var(--card); text-decoration: none; font-size: 0.92rem; }
nav.jump a:hover { text-decoration: underline; }
section { margin-top: 44px; }
section > .lead { color: var(--soft); margin-top: 4px; max-width: 100ch; }

.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(238px, 1fr)); gap: 12px;
  margin: 16px 0 0; padding: 0; list-style: none; }
.tile { display: flex; flex-direction: column; background: var(--card);
  border: 1px solid var(--line); border-left: 5px solid; border-radius: 10px;
  padding: 12px 14px; }
.tile.fail { border-left-color: var(--fail); background: var(--fail-bg); }
.tile.pass { border-left-color: var(--pass); }
.tile.inconclusive { border-left-color: var(--open); background: var(--open-bg); }
.tile .state { display: flex; justify-content: space-between; gap: 8px; align-items: baseline;
  font-size: 0.82rem; }
.word { font-weight: 700; letter-spacing: 0.03em; font-size: 0.82rem; }
.word.fail { color: var(--fail); } .word.pass { color: var(--pass); }
.word.inconclusive { color: var(--open); } .word.not_applicable { color: var(--none); }
.tile .cells { color: var(--soft); font-variant-numeric: tabular-nums; }
.tile h3 { margin-top: 6px; font-size: 1rem; }
.tile .id { font: 600 0.74rem/1 var(--mono); color: var(--soft); letter-spacing: 0.04em; }
.tile p { font-size: 0.88rem; line-height: 1.4; color: var(--soft); margin-top: 2px;
  overflow-wrap: anywhere; }
.tile .more { margin-top: auto; padding-top: 8px; font-size: 0.88rem; }
.outside { margin-top: 16px; border: 1px dashed var(--line); border-radius: 10px;
  padding: 12px 16px; font-size: 0.9rem; color: var(--soft); }
.outside ul { list-style: none; display: flex; flex-wrap: wrap; gap: 6px; margin: 8px 0 4px;
  padding: 0; }
.outside li { background: var(--none-bg); border-radius: 6px; padding: 2px 9px; }

.badge { display: inline-block; min-width: 84px; text-align: center; padding: 3px 8px;
  border-radius: 5px; font-size: 0.72rem; font-weight: 700; letter-spacing: 0.05em;
  line-height: 1.3; color: var(--badge-ink); flex: none; }
.badge.critical { background: var(--critical); } .badge.high { background: var(--high); }
.badge.medium { background: var(--medium); } .badge.low { background: var(--low); }
.badge.info { background: var(--info); }

.risks { margin: 16px 0 0; padding: 0; list-style: none; counter-reset: risk;
  background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.risks li { counter-increment: risk; display: grid; grid-template-columns: 2.2rem auto 1fr;
  gap: 2px 12px; padding: 13px 18px; align-items: start; }
.risks li + li { border-top: 1px solid var(--line); }
.risks li::before { content: counter(risk); font-weight: 700; color: var(--soft);
  font-variant-numeric: tabular-nums; }
.risks .badge { margin-top: 2px; }
.risks a { font-weight: 600; color: var(--ink); }
.risks p { grid-column: 3; font-size: 0.92rem; }
.where { color: var(--soft); font-size: 0.88rem; overflow-wrap: anywhere; }

.control { margin-top: 30px; }
.control > h3 { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 10px; }
.control > h3 .id { font: 600 0.8rem/1 var(--mono); color: var(--soft); }
.control > .soft { font-size: 0.92rem; }
details.finding { background: var(--card); border: 1px solid var(--line);
  border-left: 5px solid; border-radius: 10px; margin-top: 10px; }
details.critical { border-left-color: var(--critical);
  } details.high { border-left-color: var(--high); }
details.medium { border-left-color: var(--medium); } details.low { border-left-color: var(--low); }
details.info { border-left-color: var(--info); }
summary { cursor: pointer; }
details.finding > summary { display: grid; grid-template-columns: auto 1fr auto; gap: 4px 12px;
  padding: 12px 16px; align-items: start; list-style: none; }
details.finding > summary::-webkit-details-marker { display: none; }
details.finding > summary::after { content: "+"; font: 600 1.2rem/1.2 var(--mono);
  color: var(--soft); }
details.finding[open] > summary::after { content: "\2212"; }
details.finding > summary .badge { margin-top: 2px; }
details.finding > summary b { display: block; line-height: 1.35; overflow-wrap: anywhere; }
.body { padding: 4px 16px 18px; border-top: 1px solid var(--line); scroll-margin-top: 90px; }
.body h4 { margin: 16px 0 4px; }
.body p { max-width: 80ch; overflow-wrap: anywhere; }
pre { margin: 4px 0 0; padding: 10px 12px; background: var(--sunk);
  border: 1px solid var(--line); border-radius: 8px; overflow: auto; max-height: 26rem;
  line-height: 1.45; white-space: pre-wrap; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px;
  margin-top: 6px; }
.pair > div > span { font-size: 0.82rem; color: var(--soft); }
details.spot { border: 1px solid var(--line); border-radius: 8px; padding: 8px 12px;
  margin-top: 8px; }
details.spot > summary { overflow-wrap: anywhere; }
.only-app { padding: 8px 12px; border-radius: 8px; background: var(--open-bg); color: var(--ink); }

.table { overflow-x: auto; margin-top: 14px; background: var(--card);
  border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { text-align: left; padding: 8px 14px; vertical-align: top; }
thead th { color: var(--soft); font-size: 0.8rem; white-space: nowrap; }
tbody tr { border-top: 1px solid var(--line); }
tbody th { font-weight: 500; }
tbody tr > :first-child code { white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 14px 0 0;
  font-size: 0.92rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
footer { margin: 56px 0 40px; color: var(--soft); font-size: 0.88rem; }

@media (max-width: 700px) {
  .wrap { padding: 0 16px; }
  .verdict { padding: 20px 18px; }
  .verdict .sentence { font-size: 1.12rem; }
  .numbers { gap: 14px 28px; }
  .numbers .gap { border-left: 0; padding-left: 0; }
  .grid { grid-template-columns: 1fr; }
  .pair { grid-template-columns: minmax(0, 1fr); }
  .risks li { grid-template-columns: 1.6rem auto; padding: 12px 14px; }
  .risks li > div, .risks p { grid-column: 2; }
  .risks .badge { justify-self: start; }
  details.finding > summary { grid-template-columns: 1fr auto; }
  details.finding > summary .badge { justify-self: start; }
  details.finding > summary > span:last-of-type { grid-column: 1; }
  details.finding > summary::after { grid-row: 1; grid-column: 2; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print {
  body { background: #ffffff; } nav.jump, .skip { display: none; }
  .tile, details.finding, .risks li { break-inside: avoid; }
  pre { max-height: none; }
}
)css";

}  // namespace

std::string_view html_style() { return kStyle; }

}  // namespace lr::report
