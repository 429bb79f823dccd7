// Keeps "3分前" and "あと 1時間20分" current, by the server's clock.
import { filled, now, words } from "./words.js";

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const formats = words.formats;

function duration(minutes) {
  const units = [
    [formats.days, Math.floor(minutes / 1440)],
    [formats.hours, Math.floor(minutes / 60) % 24],
    [formats.minutes, minutes % 60],
  ];
  const first = units.findIndex(([, n]) => n);
  const parts = first < 0 ? [] : units.slice(first, first + 2).filter(([, n]) => n);
  return parts.map(([form, n]) => filled(form, n)).join(formats.joint) || filled(formats.minutes, 0);
}

function largest(distance) {
  if (distance >= DAY) return filled(formats.days, Math.floor(distance / DAY));
  if (distance >= 60 * MINUTE) return filled(formats.hours, Math.floor(distance / (60 * MINUTE)));
  return filled(formats.minutes, Math.floor(distance / MINUTE));
}

function tickAgo(element) {
  const distance = now() - Date.parse(element.dateTime);
  if (Math.abs(distance) >= 7 * DAY) return;
  const form = distance > 0 ? formats.ago : formats.ahead;
  element.textContent = Math.abs(distance) < MINUTE ? formats.now : filled(form, largest(Math.abs(distance)));
}

function tickDue(element) {
  const left = Date.parse(element.dataset.due) - now();
  const text = duration(Math.max(1, Math.ceil(Math.abs(left) / MINUTE)));
  element.querySelector(".badge-word").textContent = filled(left > 0 ? formats.left : formats.late, text);
  const warned = element.dataset.warn && now() >= Date.parse(element.dataset.warn);
  element.classList.toggle("tone-trouble", left <= 0);
  element.classList.toggle("tone-attention", left > 0 && Boolean(warned));
  element.classList.toggle("tone-waiting", left > 0 && !warned);
}

setInterval(() => {
  if (document.hidden) return;
  document.querySelectorAll("[data-ago]").forEach(tickAgo);
  document.querySelectorAll("[data-due]").forEach(tickDue);
}, 15_000);
