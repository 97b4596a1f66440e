//! Care details (照护须知): what whoever looks after somebody must know, and nobody else may. The text of it is sealed
//! where it is kept, and neither Debug nor anything else writes it into a log.

use crate::{
    address::Address,
    codes,
    phone::PhoneNumber,
    text::{InputProblem, Line, PersonName, single_line},
};
use serde::{Deserialize, Serialize};

codes! {
    /// One thing that is kept. That it is kept is no secret to staff; what, is.
    CareField {
        /// 过敏
        Allergies = "allergies",
        /// 健康情况
        Health = "health",
        /// 饮食
        Diet = "diet",
        /// 紧急联系人
        Contact = "contact",
        /// 住址
        Address = "address",
    }
}

codes! {
    /// Why staff read them.
    CareReason {
        /// 上课需要
        Class = "class",
        /// 用餐安排
        Meal = "meal",
        /// 突发情况
        Emergency = "emergency",
        /// 家属要求
        Family = "family",
        /// 其他, in words of their own.
        Other = "other",
    }
}

/// A few words about allergies, health or food.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CareNote(String);

impl CareNote {
    /// The most characters allowed.
    pub const MAX: usize = 200;

    /// Reads what was typed; line breaks become spaces.
    pub fn parse(raw: &str) -> Result<Self, InputProblem> {
        single_line(raw, Self::MAX).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for CareNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CareNote(…)")
    }
}

impl TryFrom<String> for CareNote {
    type Error = InputProblem;

    fn try_from(raw: String) -> Result<Self, InputProblem> {
        Self::parse(&raw)
    }
}

impl From<CareNote> for String {
    fn from(note: CareNote) -> Self {
        note.0
    }
}

/// Whom to call when something happens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Who.
    pub name: PersonName,
    /// By which number.
    pub phone: PhoneNumber,
    /// Who that is to the person: 外婆, 邻居.
    pub relation: Option<Line>,
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contact(…)")
    }
}

/// All that is kept of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CareDetails {
    /// 过敏
    pub allergies: Option<CareNote>,
    /// 健康情况
    pub health: Option<CareNote>,
    /// 饮食
    pub diet: Option<CareNote>,
    /// 紧急联系人
    pub contact: Option<Contact>,
    /// 住址
    pub address: Option<Address>,
}

impl CareDetails {
    /// What is kept, in the order in which pages show it.
    pub fn kept(&self) -> Vec<CareField> {
        let all = [
            (CareField::Allergies, self.allergies.is_some()),
            (CareField::Health, self.health.is_some()),
            (CareField::Diet, self.diet.is_some()),
            (CareField::Contact, self.contact.is_some()),
            (CareField::Address, self.address.is_some()),
        ];
        all.into_iter().filter_map(|(field, kept)| kept.then_some(field)).collect()
    }

    /// Fields that are not the same in both.
    pub fn changed(&self, other: &Self) -> Vec<CareField> {
        let all = [
            (CareField::Allergies, self.allergies != other.allergies),
            (CareField::Health, self.health != other.health),
            (CareField::Diet, self.diet != other.diet),
            (CareField::Contact, self.contact != other.contact),
            (CareField::Address, self.address != other.address),
        ];
        all.into_iter().filter_map(|(field, changed)| changed.then_some(field)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_never_debugged() {
        let details = CareDetails {
            allergies: CareNote::parse("花生").ok(),
            contact: Some(Contact {
                name: PersonName::parse("外婆").unwrap(),
                phone: PhoneNumber::parse("13812345678").unwrap(),
                relation: Line::parse("妈妈的妈妈").ok(),
            }),
            address: Address::parse("3-1-502").ok(),
            ..CareDetails::default()
        };
        let text = format!("{details:?}");
        for secret in ["花生", "外婆", "138", "5678", "妈妈", "502"] {
            assert!(!text.contains(secret), "{text}");
        }
        assert_eq!(details.kept(), [CareField::Allergies, CareField::Contact, CareField::Address]);
        assert_eq!(details.changed(&CareDetails::default()), details.kept());
        assert_eq!(details.changed(&details), []);
    }
}
