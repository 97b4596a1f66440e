//! Who must be there when a class meets (人手): the leader, class teachers, volunteers and guards, and what is missing.

use crate::{
    codes,
    text::{InputProblem, Line},
};
use serde::{Deserialize, Serialize};

codes! {
    /// What somebody does at a date.
    Duty {
        /// 授课人
        Leader = "leader",
        /// 班主任
        ClassTeacher = "class_teacher",
        /// 志愿者
        Volunteer = "volunteer",
        /// 安保
        Guard = "guard",
    }
}

/// How many must be there; nought asks for nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrewNeeds {
    /// True if a date without a leader is a gap.
    pub leader: bool,
    /// Class teachers.
    pub class_teachers: u32,
    /// One volunteer for so many people who hold a place; none are needed where nothing is said.
    pub heads_per_volunteer: Option<u32>,
    /// Guards.
    pub guards: u32,
}

/// The most names of one duty.
pub const MAX_NAMES: usize = 40;

/// Who is there, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crew {
    /// 班主任
    pub class_teachers: Vec<String>,
    /// 志愿者
    pub volunteers: Vec<String>,
    /// 安保
    pub guards: Vec<String>,
}

impl Crew {
    /// As what somebody of that name is there, if at all.
    pub fn duty_of(&self, name: &str) -> Option<Duty> {
        let duties = [
            (&self.class_teachers, Duty::ClassTeacher),
            (&self.volunteers, Duty::Volunteer),
            (&self.guards, Duty::Guard),
        ];
        duties.into_iter().find(|(names, _)| names.iter().any(|one| one == name)).map(|(_, duty)| duty)
    }
}

/// What a term asks for, and who usually comes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrewPlan {
    /// How many must be there.
    pub needs: CrewNeeds,
    /// Who comes where a date says nothing else.
    pub usual: Crew,
}

/// A duty for which too few are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The duty.
    pub duty: Duty,
    /// How many are there.
    pub have: u32,
    /// How many must be.
    pub need: u32,
}

/// Reads names parted by commas, 、 or lines. A name that comes twice counts once.
///
/// # Errors
/// What a name's line may lack; [`InputProblem::TooLong`] beyond [`MAX_NAMES`] names.
pub fn parse_names(text: &str) -> Result<Vec<String>, InputProblem> {
    let mut names: Vec<String> = Vec::new();
    let parts = text.split([',', '，', '、', ';', '；', '\n']);
    for part in parts.map(str::trim).filter(|part| !part.is_empty()) {
        let name = Line::parse(part)?.as_str().to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.len() > MAX_NAMES { Err(InputProblem::TooLong { max: MAX_NAMES }) } else { Ok(names) }
}

/// What is missing at a date with `heads` people, in the order of [`Duty`].
pub fn gaps(needs: &CrewNeeds, crew: &Crew, has_leader: bool, heads: u32) -> Vec<Gap> {
    let count = |names: &[String]| u32::try_from(names.len()).unwrap_or(u32::MAX);
    let volunteers = needs.heads_per_volunteer.filter(|per| *per > 0).map_or(0, |per| heads.div_ceil(per));
    [
        (Duty::Leader, u32::from(has_leader), u32::from(needs.leader)),
        (Duty::ClassTeacher, count(&crew.class_teachers), needs.class_teachers),
        (Duty::Volunteer, count(&crew.volunteers), volunteers),
        (Duty::Guard, count(&crew.guards), needs.guards),
    ]
    .into_iter()
    .filter(|(_, have, need)| have < need)
    .map(|(duty, have, need)| Gap { duty, have, need })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &str) -> Vec<String> {
        parse_names(names).unwrap()
    }

    #[test]
    fn names_are_read_as_people_write_them_and_counted_once() {
        assert_eq!(named("王芳、李秀英，王芳\n 陈静 ;"), ["王芳", "李秀英", "陈静"]);
        assert_eq!(named(" \n、"), Vec::<String>::new());
        let many: Vec<_> = (0..=MAX_NAMES).map(|n| n.to_string()).collect();
        assert_eq!(parse_names(&many.join(",")), Err(InputProblem::TooLong { max: MAX_NAMES }));
        assert_eq!(parse_names("a\u{202E}b"), Err(InputProblem::BadCharacter));
    }

    #[test]
    fn volunteers_are_asked_for_by_heads_and_a_begun_group_counts() {
        let needs = CrewNeeds { heads_per_volunteer: Some(10), ..CrewNeeds::default() };
        let crew = Crew { volunteers: named("甲、乙"), ..Crew::default() };
        for (heads, missing) in [(0, None), (10, None), (20, None), (21, Some((2, 3))), (40, Some((2, 4)))] {
            let gaps = gaps(&needs, &crew, true, heads);
            assert_eq!(gaps.first().map(|gap| (gap.have, gap.need)), missing, "{heads}");
        }
    }

    #[test]
    fn each_duty_is_counted_by_itself() {
        let needs = CrewNeeds { leader: true, class_teachers: 1, heads_per_volunteer: Some(15), guards: 1 };
        let missing: Vec<_> =
            gaps(&needs, &Crew::default(), false, 30).iter().map(|gap| (gap.duty, gap.need)).collect();
        let all = [(Duty::Leader, 1), (Duty::ClassTeacher, 1), (Duty::Volunteer, 2), (Duty::Guard, 1)];
        assert_eq!(missing, all);
        let crew = Crew { class_teachers: named("陈静"), volunteers: named("甲、乙"), guards: named("老周") };
        assert_eq!(gaps(&needs, &crew, true, 30), []);
        assert_eq!(gaps(&CrewNeeds::default(), &Crew::default(), false, 30), [], "who asks for nobody misses nobody");
    }
}
