//! Names in pinyin, so that the desk finds 王小明 by `wangxiaoming` or `wxm`.

use pinyin::ToPinyin;

/// Surnames that are read otherwise than the same character within a word.
const SURNAMES: [(char, &str); 16] = [
    ('曾', "zeng"),
    ('单', "shan"),
    ('解', "xie"),
    ('仇', "qiu"),
    ('任', "ren"),
    ('区', "ou"),
    ('朴', "piao"),
    ('查', "zha"),
    ('翟', "zhai"),
    ('盖', "ge"),
    ('乐', "yue"),
    ('覃', "qin"),
    ('牟', "mu"),
    ('缪', "miao"),
    ('尉', "wei"),
    ('员', "yun"),
];

/// The name in pinyin without tones and spaces: `wangxiaoming`. Latin letters and digits stay, in lower case;
/// anything else is left out.
pub fn pinyin(name: &str) -> String {
    syllables(name).concat()
}

/// The first letters of the name's syllables and Latin words: `wxm`.
pub fn initials(name: &str) -> String {
    syllables(name).iter().filter_map(|syllable| syllable.chars().next()).collect()
}

/// One string a Chinese character or Latin word.
fn syllables(name: &str) -> Vec<String> {
    let mut syllables: Vec<String> = Vec::new();
    let mut in_word = false;
    for (at, c) in name.trim().chars().enumerate() {
        if c.is_ascii_alphanumeric() {
            let letter = c.to_ascii_lowercase();
            match syllables.last_mut().filter(|_| in_word) {
                Some(word) => word.push(letter),
                None => syllables.push(letter.to_string()),
            }
            in_word = true;
            continue;
        }
        in_word = false;
        let surname = SURNAMES.iter().find(|(surname, _)| at == 0 && *surname == c).map(|(_, read)| *read);
        if let Some(read) = surname.or_else(|| c.to_pinyin().map(pinyin::Pinyin::plain)) {
            // ü is typed as v in every input method.
            syllables.push(read.replace('ü', "v"));
        }
    }
    syllables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_people_type_them() {
        for (name, whole, first) in [
            ("王小明", "wangxiaoming", "wxm"),
            ("曾志伟", "zengzhiwei", "zzw"),
            ("单秀英", "shanxiuying", "sxy"),
            ("吕桂兰", "lvguilan", "lgl"),
            ("阿依古丽·买买提", "ayigulimaimaiti", "ayglmmt"),
            ("Anna 李 2", "annali2", "al2"),
            (" 王芳 ", "wangfang", "wf"),
            ("", "", ""),
            ("·🙂", "", ""),
        ] {
            assert_eq!((pinyin(name).as_str(), initials(name).as_str()), (whole, first), "{name}");
        }
    }
}
