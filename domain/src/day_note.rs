//! Day notes (照料记录): what a day of care was like, as it happens, for the family to see.

use crate::{
    codes,
    refusal::FieldProblem,
    text::{InputProblem, Line},
};

codes! {
    /// What a note is about.
    DayNoteKind {
        /// 用餐
        Meal = "meal",
        /// 活动
        Activity = "activity",
        /// 休息
        Rest = "rest",
        /// 用药
        Medicine = "medicine",
        /// 回家: who took her home.
        GoneHome = "gone_home",
        /// 其他
        Other = "other",
    }
}

impl DayNoteKind {
    /// True if a note of this kind says nothing without words: with whom somebody went home, and what else there was.
    pub fn needs_words(self) -> bool {
        matches!(self, Self::GoneHome | Self::Medicine | Self::Other)
    }

    /// Reads the words of a note.
    pub fn words(self, raw: &str) -> Result<Option<Line>, FieldProblem> {
        let at = |problem| FieldProblem::new("words", problem);
        match raw.trim() {
            "" if self.needs_words() => Err(at(InputProblem::Empty)),
            "" => Ok(None),
            words => Line::parse(words).map(Some).map_err(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_takes_somebody_home_is_always_said() {
        assert!(DayNoteKind::GoneHome.words("  ").is_err());
        assert_eq!(DayNoteKind::GoneHome.words("女儿").unwrap().unwrap().as_str(), "女儿");
        assert_eq!(DayNoteKind::Meal.words(""), Ok(None));
    }
}
