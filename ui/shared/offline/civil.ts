/** Civil days and times in Vietnam, as the platform reckons them: UTC+7 since 1975. */

const OFFSET_MS = 7 * 3_600_000;

/** The calendar day in Vietnam, YYYY-MM-DD: days compare as texts. */
export function civilDay(atMs: number): string {
  return new Date(atMs + OFFSET_MS).toISOString().slice(0, 10);
}

/** A moment as people write it: `13:00 8/10/2021`, midnight as the day alone. */
export function reads(atMs: number): string {
  const wall = new Date(atMs + OFFSET_MS);
  const day = `${wall.getUTCDate()}/${wall.getUTCMonth() + 1}/${wall.getUTCFullYear()}`;
  if (wall.getTime() % 86_400_000 < 1_000) return day;
  return `${wall.getUTCHours()}:${String(wall.getUTCMinutes()).padStart(2, "0")} ${day}`;
}

/** Whether the calendar has the day: no 30 February, no month 13. */
export function isDay(year: number, month: number, day: number): boolean {
  const at = new Date(Date.UTC(2000, month - 1, day));
  at.setUTCFullYear(year, month - 1, day);
  const same = at.getUTCFullYear() === year && at.getUTCMonth() === month - 1;
  return year >= 1 && same && at.getUTCDate() === day;
}

/** The day of eight digits as YYYY-MM-DD, or null when there is none. */
export function dayOf(digits: string): string | null {
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)];
  return isDay(Number(year), Number(month), Number(day)) ? `${year}-${month}-${day}` : null;
}
