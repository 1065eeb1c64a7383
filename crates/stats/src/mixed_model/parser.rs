//! The parser of formulas.

use super::token::{Token, tokens};

/// A formula as it is written: interactions expanded, terms neither sorted nor unique.
pub(crate) struct Parsed {
    pub outcome: String,
    pub intercept: bool,
    /// Terms of variables: the column, and whether it stands in `C(…)`.
    pub terms: Vec<Vec<(String, bool)>>,
    pub random: Vec<String>,
}

/// Reads a formula; the error says what is wrong with it.
pub(crate) fn parse(text: &str) -> Result<Parsed, String> {
    let tokens = tokens(text)?;
    let mut sides = tokens.split(|token| *token == Token::Sign('~'));
    let (Some(left), Some(right), None) = (sides.next(), sides.next(), sides.next()) else {
        return Err("write it as outcome ~ terms, with one ~".to_owned());
    };
    let [Token::Name(outcome)] = left else {
        return Err("the outcome, on the left of ~, must be the name of one column".to_owned());
    };
    let mut parser = Parser {
        tokens: right,
        at: 0,
        intercept: true,
        terms: Vec::new(),
        groups: Vec::new(),
    };
    parser.sum()?;
    let parsed = Parsed {
        outcome: outcome.clone(),
        intercept: parser.intercept,
        random: nested(&parser.groups)?,
        terms: parser.terms,
    };
    check(&parsed)?;
    Ok(parsed)
}

fn check(parsed: &Parsed) -> Result<(), String> {
    let variables = parsed.terms.iter().flatten().map(|(column, _)| column);
    if variables
        .chain(&parsed.random)
        .any(|column| *column == parsed.outcome)
    {
        return Err(format!(
            "the outcome {} is also on the right of ~",
            parsed.outcome
        ));
    }
    if parsed.terms.is_empty() && !parsed.intercept {
        return Err("it has no fixed term; keep the intercept or add a term".to_owned());
    }
    Ok(())
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    intercept: bool,
    terms: Vec<Vec<(String, bool)>>,
    /// Columns of each random intercept.
    groups: Vec<Grouping>,
}

/// The columns of `(1|a/b)`, or of `(1|a:b)`.
enum Grouping {
    Nested(Vec<String>),
    Joined(Vec<String>),
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn takes(&mut self, sign: char) -> bool {
        let found = self.peek() == Some(&Token::Sign(sign));
        self.at += usize::from(found);
        found
    }

    fn sum(&mut self) -> Result<(), String> {
        let mut minus = self.takes('-');
        if !minus {
            self.takes('+');
        }
        loop {
            self.item(minus)?;
            minus = match self.peek() {
                None => return Ok(()),
                Some(Token::Sign('+')) => false,
                Some(Token::Sign('-')) => true,
                Some(other) => return Err(format!("{other} is not expected there")),
            };
            self.at += 1;
        }
    }

    /// One term after `+`, or after `-` if `minus`.
    fn item(&mut self, minus: bool) -> Result<(), String> {
        match self.peek() {
            Some(Token::Number(number)) => {
                self.intercept = match (number.as_str(), minus) {
                    ("1", false) | ("0", true) => true,
                    ("0", false) | ("1", true) => false,
                    _ => return Err(format!("{number} is not a term; only 0 and 1 are")),
                };
                self.at += 1;
                Ok(())
            }
            _ if minus => Err("- removes only the intercept, as - 1".to_owned()),
            Some(Token::Sign('(')) => self.random(),
            _ => {
                let product = self.product()?;
                self.terms.extend(product);
                Ok(())
            }
        }
    }

    /// `a*b:c`: every non-empty subset of the factors.
    fn product(&mut self) -> Result<Vec<Vec<(String, bool)>>, String> {
        let mut all = vec![self.interaction()?];
        while self.takes('*') {
            let next = self.interaction()?;
            let joined: Vec<_> = all.iter().map(|t| [t.as_slice(), &next].concat()).collect();
            all.push(next);
            all.extend(joined);
            if all.len() > 1 << 10 {
                return Err("it has more than 1000 interactions".to_owned());
            }
        }
        Ok(all)
    }

    fn interaction(&mut self) -> Result<Vec<(String, bool)>, String> {
        let mut variables = vec![self.variable()?];
        while self.takes(':') {
            variables.push(self.variable()?);
        }
        Ok(variables)
    }

    fn variable(&mut self) -> Result<(String, bool), String> {
        let name = self.name()?;
        if !self.takes('(') {
            return Ok((name, false));
        }
        if name != "C" {
            return Err(format!(
                "{name}(…) is a function; compute a column before the model is fitted"
            ));
        }
        let column = self.name()?;
        self.closes()?;
        Ok((column, true))
    }

    fn name(&mut self) -> Result<String, String> {
        let name = match self.peek() {
            Some(Token::Name(name)) => name.clone(),
            Some(other) => return Err(format!("{other} is not the name of a column")),
            None => return Err("nothing follows where a column is expected".to_owned()),
        };
        self.at += 1;
        Ok(name)
    }

    fn closes(&mut self) -> Result<(), String> {
        if self.takes(')') {
            return Ok(());
        }
        Err("a closing parenthesis is missing".to_owned())
    }

    /// `(1|a)`, `(1|a/b)` or `(1|a:b)`.
    fn random(&mut self) -> Result<(), String> {
        let rest = &self.tokens[self.at..];
        let inside = rest.iter().take_while(|t| **t != Token::Sign(')'));
        if !inside.clone().any(|t| *t == Token::Sign('|')) {
            return Err("parentheses are only for random intercepts, as (1|subject)".to_owned());
        }
        self.at += 1;
        let one = self.peek() == Some(&Token::Number("1".to_owned()));
        self.at += 1;
        if !one || !self.takes('|') {
            return Err(
                "random slopes are not supported; write a random intercept as (1|subject)"
                    .to_owned(),
            );
        }
        let mut columns = vec![self.name()?];
        let joined = self.takes(':');
        if joined || self.takes('/') {
            columns.push(self.name()?);
        }
        if matches!(self.peek(), Some(Token::Sign('/' | ':'))) {
            return Err("random intercepts have at most two levels: (1|subject/visit)".to_owned());
        }
        self.closes()?;
        self.groups.push(if joined {
            Grouping::Joined(columns)
        } else {
            Grouping::Nested(columns)
        });
        Ok(())
    }
}

/// The subject and what is nested in it.
fn nested(groups: &[Grouping]) -> Result<Vec<String>, String> {
    let error = "random intercepts must be nested: (1|subject), or (1|subject/visit)";
    let columns = match groups {
        [] => Vec::new(),
        [Grouping::Nested(columns)] => columns.clone(),
        [Grouping::Nested(one), Grouping::Joined(two)]
        | [Grouping::Joined(two), Grouping::Nested(one)] => match one.as_slice() {
            [subject] if two.contains(subject) => {
                let visit = two.iter().filter(|column| *column != subject);
                [subject].into_iter().chain(visit).cloned().collect()
            }
            _ => return Err(error.to_owned()),
        },
        _ => return Err(error.to_owned()),
    };
    let repeated = columns.len() == 2 && columns[0] == columns[1];
    let joined_with_itself = groups.len() == 2 && columns.len() != 2;
    if repeated || joined_with_itself {
        return Err(error.to_owned());
    }
    Ok(columns)
}
