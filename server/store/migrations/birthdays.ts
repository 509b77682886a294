/** Migration: the day of the year on which a member was born, MM-DD; null: not given. */
export function memberBirthdays(): string[] {
  return ['alter table members add column birthday text'];
}
