//! The demo's residents: households with names, ages and telephone numbers made up by a fixed rule, so that the same
//! day gives the same people.

use super::{
    broken,
    clock::{Clock, add},
    file::Mix,
    rows::Rows,
};
use crate::{
    entity::{account, household, household_member, person, stored::Stored},
    id::new_id,
    pinyin,
};
use domain::person::{MemberRole, age_on};
use jiff::{
    ToSpan,
    civil::{Date, Time},
};
use sea_orm::DbErr;
use std::collections::HashSet;
use uuid::Uuid;

const SURNAMES: &str =
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余杜叶程魏苏吕丁任沈姚";
const ELDERS: &str = "桂英 玉兰 秀兰 淑珍 凤英 玉珍 淑芬 素芳 月英 惠珍 建国 国强 德明 志刚 福生 永贵 文华 振华 长春 保国 金凤 \
                      翠花 玉梅 春兰 世荣 学文 明德 家旺 庆云 根生";
const ADULTS: &str = "静 敏 丽 娟 艳 燕 婷 倩 雪梅 晓燕 海燕 丽娜 佳怡 慧 玲 丹 文静 莉 春梅 思远 伟 强 磊 军 勇 涛 超 鹏 \
                      建军 志强 海波 俊杰 立新 晓东 国栋";
const CHILDREN: &str = "子涵 梓萱 雨桐 欣怡 诗涵 可馨 语桐 思琪 佳琪 一诺 浩宇 子轩 宇轩 浩然 俊熙 梓睿 博文 天佑 铭泽 \
                        奕辰 沐阳 若曦 安然 乐乐 依诺 嘉树 知夏 予安 星辰 小满";

/// A resident.
pub struct Person {
    pub id: Uuid,
    pub name: String,
    pub birth: Date,
    pub role: MemberRole,
    /// Its household, an index into [`People::households`].
    pub household: usize,
}

/// A household.
pub struct Household {
    pub id: Uuid,
    /// Its members, indices into [`People::persons`].
    pub members: Vec<usize>,
    /// The account that books for it.
    pub account: Option<Uuid>,
}

/// The residents of one community.
#[derive(Default)]
pub struct People {
    pub persons: Vec<Person>,
    pub households: Vec<Household>,
    /// The people of the demo sign-ins, who get their bookings by name.
    pub cast: Option<Cast>,
    busy: HashSet<(usize, Date, i8)>,
}

/// The people of the demo sign-ins.
#[derive(Clone, Copy)]
pub struct Cast {
    /// 小明.
    pub child: usize,
    /// 李秀英, his grandmother.
    pub elder: usize,
    /// 张桂兰.
    pub neighbour: usize,
}

/// One member to be made.
pub struct Member<'a> {
    pub name: &'a str,
    pub role: MemberRole,
    pub birth: Date,
    pub phone: Option<String>,
}

impl People {
    /// Makes up at least `most` residents; `families` counts the households of all communities.
    pub fn make_up(
        community: Uuid,
        most: usize,
        mix: Mix,
        families: &mut u64,
        clock: &Clock,
        rows: &mut Rows,
    ) -> Result<Self, DbErr> {
        use MemberRole::{Adult, Child, Elder, Guardian};
        let everybody: [&[MemberRole]; 8] = [
            &[Guardian, Adult, Child],
            &[Guardian, Adult, Child, Elder],
            &[Elder, Elder],
            &[Guardian, Adult, Child, Child],
            &[Elder],
            &[Guardian, Child, Elder],
            &[Elder, Elder],
            &[Guardian, Adult, Child],
        ];
        let parents: [&[MemberRole]; 4] = [
            &[Guardian, Adult, Child],
            &[Guardian, Adult, Child, Child],
            &[Guardian, Adult, Child],
            &[Guardian, Child, Elder],
        ];
        let kinds = if mix == Mix::Families { parents.as_slice() } else { everybody.as_slice() };
        let mut people = Self::default();
        while people.persons.len() < most {
            *families += 1;
            let n = *families;
            let kind = kinds[people.households.len() % kinds.len()];
            let (hers, his) = (surname(n * 2), surname(n * 2 + 1));
            let mut names = Vec::new();
            for (at, role) in kind.iter().enumerate() {
                let seed = mix_up(n * 8 + at as u64);
                let (first, given) = match role {
                    Guardian => (hers, pick(ADULTS, seed)),
                    Adult => (his, pick(ADULTS, seed)),
                    Child => (his, pick(CHILDREN, seed)),
                    Elder => (if at % 2 == 0 { hers } else { his }, pick(ELDERS, seed)),
                };
                names.push((format!("{first}{given}"), *role, birth_of(*role, seed, clock)?));
            }
            let phone = format!("139000{n:05}");
            let members: Vec<_> = names
                .iter()
                .map(|(name, role, birth)| Member {
                    name,
                    role: *role,
                    birth: *birth,
                    phone: (*role == Guardian).then(|| phone.clone()),
                })
                .collect();
            let account = kind.contains(&Guardian).then_some(phone.as_str());
            people.add(community, &members, account, clock, rows);
        }
        Ok(people)
    }

    /// Adds a household, whose first member signs in where `phone` is given.
    pub fn add(
        &mut self,
        community: Uuid,
        members: &[Member<'_>],
        phone: Option<&str>,
        clock: &Clock,
        rows: &mut Rows,
    ) -> Vec<usize> {
        let (id, at) = (new_id(clock.now), self.households.len());
        let first = self.persons.len();
        rows.households.push(household::Model { id, community_id: community, created_at: clock.instant() });
        let building = mix_up(at as u64 + first as u64 * 31);
        for member in members {
            let person = new_id(clock.now);
            rows.persons.push(person::Model {
                id: person,
                community_id: community,
                name: member.name.to_owned(),
                pinyin: pinyin::pinyin(member.name),
                initials: pinyin::initials(member.name),
                birth_date: Some(member.birth.into()),
                phone: member.phone.clone(),
                building: Some(format!("{}栋{}单元", 1 + building % 24, 1 + building / 24 % 4)),
                withheld_at: None,
                erased_at: None,
                created_at: clock.instant(),
                merged_into: None,
            });
            rows.members.push(household_member::Model {
                household_id: id,
                person_id: person,
                role: Stored(member.role),
                created_at: clock.instant(),
            });
            let name = member.name.to_owned();
            self.persons.push(Person { id: person, name, birth: member.birth, role: member.role, household: at });
        }
        let account = phone.zip(self.persons.get(first)).map(|(phone, person)| {
            let account = new_id(clock.now);
            rows.accounts.push(account::Model {
                id: account,
                phone: Some(phone.to_owned()),
                login: None,
                password_hash: None,
                start_password: false,
                person_id: Some(person.id),
                household_id: Some(id),
                name: person.name.clone(),
                created_at: clock.instant(),
                disabled_at: None,
            });
            account
        });
        let members: Vec<usize> = (first..self.persons.len()).collect();
        self.households.push(Household { id, members: members.clone(), account });
        members
    }

    /// The account that books for a person.
    pub fn account_of(&self, person: usize) -> Option<(Uuid, &str)> {
        let household = &self.households[self.persons[person].household];
        let account = household.account?;
        Some((account, household.members.first().map_or("", |first| self.persons[*first].name.as_str())))
    }

    /// True for the people of the demo sign-ins, who get their bookings by name.
    pub fn is_cast(&self, person: usize) -> bool {
        let Some(cast) = self.cast else { return false };
        let household = self.persons[person].household;
        [cast.child, cast.elder, cast.neighbour].iter().any(|person| self.persons[*person].household == household)
    }

    /// The age of a person on a date.
    pub fn age(&self, person: usize, on: Date) -> i16 {
        age_on(self.persons[person].birth, on)
    }

    /// Children of the person's household.
    pub fn children(&self, person: usize) -> impl Iterator<Item = usize> + '_ {
        let members = self.households[self.persons[person].household].members.iter().copied();
        members.filter(|member| self.persons[*member].role == MemberRole::Child)
    }

    /// True if the party was free on all the dates between the hours; from then on it is not.
    pub fn engage(&mut self, party: &[usize], dates: &[Date], hours: [Time; 2]) -> bool {
        let [start, end] = hours;
        let last = if end.minute() == 0 { end.hour() - 1 } else { end.hour() };
        let wanted: Vec<_> = party
            .iter()
            .flat_map(|person| dates.iter().map(move |date| (*person, *date)))
            .flat_map(|(person, date)| (start.hour()..=last).map(move |hour| (person, date, hour)))
            .collect();
        let free = wanted.iter().all(|hour| !self.busy.contains(hour));
        if free {
            self.busy.extend(wanted);
        }
        free
    }
}

/// Spreads a number over all 64 bits (SplitMix64): the demo needs variety, not chance.
pub fn mix_up(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn surname(seed: u64) -> char {
    let surnames: Vec<char> = SURNAMES.chars().collect();
    surnames[(mix_up(seed) % surnames.len() as u64) as usize]
}

fn pick(words: &str, seed: u64) -> &str {
    let words: Vec<&str> = words.split_whitespace().collect();
    words[(seed % words.len() as u64) as usize]
}

/// A birth date fit for a role: children of 4 to 14, parents of 34 to 44, elders of 62 to 89.
fn birth_of(role: MemberRole, seed: u64, clock: &Clock) -> Result<Date, DbErr> {
    let (youngest, spread) = match role {
        MemberRole::Child => (4, 11),
        MemberRole::Guardian | MemberRole::Adult => (34, 11),
        MemberRole::Elder => (62, 28),
    };
    let years = youngest + (seed >> 8) % spread;
    born(clock, i64::try_from(years).map_err(broken)?, (seed >> 32) as i64 % 360)
}

/// The birth date of somebody who is `years` old, and has been for `days`.
pub fn born(clock: &Clock, years: i64, days: i64) -> Result<Date, DbErr> {
    add(add(clock.today, (-years).years())?, (-days).days())
}
