//! Parses the pickle of a PyTorch state dict as data, without calling anything in it.
//!
//! Objects are in one list and refer to each other by index, so nesting, sharing and cycles in a crafted file take no
//! stack, and memory only in proportion to its length. (candle's reader copies shared objects, recurses, and panics on
//! short tuples; it is used as a reference in tests only.)

use std::collections::BTreeMap;

/// Index of an object in [`Pickle::objects`].
pub(super) type Id = usize;

/// An object of the pickle.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Object {
    /// None, booleans, floats, and results of calls that a state dict does not need.
    Other,
    Int(i64),
    Text(String),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// `module name`.
    Global(String),
    /// An external object: a storage, described by this object.
    Persistent(Id),
    /// A call that is not executed: function and arguments.
    Call(Id, Id),
}

/// A parsed pickle.
#[derive(Debug, Default)]
pub(super) struct Pickle {
    objects: Vec<Object>,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: BTreeMap<u32, Id>,
}

type Fault = String;

/// Parses a pickle of protocol 2, as `torch.save` writes it, and returns it with its last object.
pub(super) fn read(bytes: &[u8]) -> Result<(Pickle, Id), Fault> {
    let mut pickle = Pickle::default();
    let mut input = Input { bytes, at: 0 };
    loop {
        let start = input.at;
        let code = input.byte()?;
        if code == b'.' {
            let last = pickle.pop()?;
            return Ok((pickle, last));
        }
        pickle
            .run(code, &mut input)
            .map_err(|fault| format!("at byte {start}: {fault}"))?;
    }
}

impl Pickle {
    pub(super) fn object(&self, id: Id) -> &Object {
        &self.objects[id]
    }

    /// The text of an object; `None` for other types.
    pub(super) fn text(&self, id: Id) -> Option<&str> {
        match self.object(id) {
            Object::Text(text) => Some(text),
            _ => None,
        }
    }

    fn run(&mut self, code: u8, input: &mut Input) -> Result<(), Fault> {
        match code {
            0x80 => match input.byte()? {
                2 => {}
                other => return Err(format!("pickle protocol {other}; torch.save writes 2")),
            },
            b'(' => self.marks.push(self.stack.len()),
            b'q' => self.memo_put(u32::from(input.byte()?))?,
            b'r' => self.memo_put(u32::from_le_bytes(input.array()?))?,
            b'h' => self.memo_get(u32::from(input.byte()?))?,
            b'j' => self.memo_get(u32::from_le_bytes(input.array()?))?,
            b'e' => self.append()?,
            b'a' => {
                let item = self.pop()?;
                self.marks.push(self.stack.len());
                self.stack.push(item);
                self.append()?;
            }
            b'u' => self.set_items()?,
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.marks.push(self.stack.len());
                self.stack.extend([key, value]);
                self.set_items()?;
            }
            b'b' => {
                // The state of an object: a state dict stores its version numbers there.
                self.pop()?;
                self.top()?;
            }
            _ => {
                let object = self.made(code, input)?;
                self.push(object);
            }
        }
        Ok(())
    }

    /// The object that an opcode pushes on the stack.
    fn made(&mut self, code: u8, input: &mut Input) -> Result<Object, Fault> {
        Ok(match code {
            b'N' | 0x88 | 0x89 => Object::Other,
            b'G' => {
                input.take(8)?;
                Object::Other
            }
            b'K' => Object::Int(i64::from(input.byte()?)),
            b'M' => Object::Int(i64::from(u16::from_le_bytes(input.array()?))),
            b'J' => Object::Int(i64::from(i32::from_le_bytes(input.array()?))),
            0x8a => {
                let len = input.byte()?;
                Object::Int(long(input.take(usize::from(len))?)?)
            }
            b'X' => {
                let len = u32::from_le_bytes(input.array()?);
                Object::Text(utf8(input.take(len as usize)?)?)
            }
            b'c' => Object::Global(format!("{} {}", input.line()?, input.line()?)),
            b')' => Object::Tuple(Vec::new()),
            0x85 => Object::Tuple(self.pop_last(1)?),
            0x86 => Object::Tuple(self.pop_last(2)?),
            0x87 => Object::Tuple(self.pop_last(3)?),
            b't' => Object::Tuple(self.pop_to_mark()?),
            b']' => Object::List(Vec::new()),
            b'}' => Object::Dict(Vec::new()),
            b'Q' => Object::Persistent(self.pop()?),
            b'R' | 0x81 => {
                let (arguments, function) = (self.pop()?, self.pop()?);
                self.call(function, arguments)
            }
            other => {
                return Err(format!(
                    "opcode {other:#04x} is not allowed in a state dict"
                ));
            }
        })
    }

    fn call(&self, function: Id, arguments: Id) -> Object {
        match self.object(function) {
            Object::Global(name) if name == "collections OrderedDict" => Object::Dict(Vec::new()),
            _ => Object::Call(function, arguments),
        }
    }

    fn push(&mut self, object: Object) {
        self.stack.push(self.objects.len());
        self.objects.push(object);
    }

    /// The lowest stack index above the innermost mark.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn top(&self) -> Result<Id, Fault> {
        let above = self.stack.len() > self.floor();
        self.stack
            .last()
            .copied()
            .filter(|_| above)
            .ok_or_else(|| "the stack is empty".to_string())
    }

    fn pop(&mut self) -> Result<Id, Fault> {
        let id = self.top()?;
        self.stack.pop();
        Ok(id)
    }

    fn pop_last(&mut self, count: usize) -> Result<Vec<Id>, Fault> {
        if self.stack.len() - self.floor() < count {
            return Err("the stack is empty".to_string());
        }
        Ok(self.stack.split_off(self.stack.len() - count))
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Id>, Fault> {
        let mark = self.marks.pop().ok_or("there is no mark")?;
        Ok(self.stack.split_off(mark))
    }

    fn append(&mut self) -> Result<(), Fault> {
        let items = self.pop_to_mark()?;
        let list = self.top()?;
        match &mut self.objects[list] {
            Object::List(list) => list.extend(items),
            _ => return Err("items are appended to an object that is not a list".to_string()),
        }
        Ok(())
    }

    fn set_items(&mut self) -> Result<(), Fault> {
        let items = self.pop_to_mark()?;
        let dict = self.top()?;
        match &mut self.objects[dict] {
            Object::Dict(dict) if items.len().is_multiple_of(2) => {
                dict.extend(items.chunks_exact(2).map(|pair| (pair[0], pair[1])));
            }
            Object::Dict(_) => return Err("a key has no value".to_string()),
            _ => return Err("items are set in an object that is not a dict".to_string()),
        }
        Ok(())
    }

    fn memo_put(&mut self, key: u32) -> Result<(), Fault> {
        let id = self.top()?;
        self.memo.insert(key, id);
        Ok(())
    }

    fn memo_get(&mut self, key: u32) -> Result<(), Fault> {
        let id = self
            .memo
            .get(&key)
            .ok_or_else(|| format!("memo {key} was never set"))?;
        self.stack.push(*id);
        Ok(())
    }
}

/// A little-endian two's-complement integer.
fn long(bytes: &[u8]) -> Result<i64, Fault> {
    if bytes.len() > 8 {
        return Err(format!("an integer of {} bytes", bytes.len()));
    }
    let fill = if bytes.last().is_some_and(|last| last & 0x80 != 0) {
        0xff
    } else {
        0
    };
    let mut whole = [fill; 8];
    whole[..bytes.len()].copy_from_slice(bytes);
    Ok(i64::from_le_bytes(whole))
}

fn utf8(bytes: &[u8]) -> Result<String, Fault> {
    String::from_utf8(bytes.to_vec()).map_err(|_| "a text is not UTF-8".to_string())
}

struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Fault> {
        let rest = &self.bytes[self.at..];
        let taken = rest.get(..count).ok_or("the pickle ends too early")?;
        self.at += count;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        Ok(self.take(1)?[0])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn line(&mut self) -> Result<String, Fault> {
        let rest = &self.bytes[self.at..];
        let len = rest
            .iter()
            .position(|b| *b == b'\n')
            .ok_or("the pickle ends too early")?;
        let line = utf8(self.take(len)?)?;
        self.at += 1;
        Ok(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(bytes: &[u8]) -> String {
        read(bytes).unwrap_err()
    }

    #[test]
    fn an_ordered_dict_with_state_is_read() {
        // pickletools.dis of torch.save(OrderedDict(a=1)): dict, items, build with an attribute dict.
        let bytes = b"\x80\x02ccollections\nOrderedDict\nq\x00)R(X\x01\x00\x00\x00aK\x05u}b.";
        let (pickle, root) = read(bytes).unwrap();
        let Object::Dict(items) = pickle.object(root) else {
            panic!()
        };
        assert_eq!(pickle.text(items[0].0), Some("a"));
        assert_eq!(pickle.object(items[0].1), &Object::Int(5));
    }

    #[test]
    fn longs_are_two_s_complement() {
        assert_eq!(long(&[]).unwrap(), 0);
        assert_eq!(long(&[0xff]).unwrap(), -1);
        assert_eq!(long(&[0x00, 0x80, 0x00]).unwrap(), 32_768);
        assert!(long(&[1; 9]).is_err());
    }

    #[test]
    fn calls_are_recorded_and_never_made() {
        let bytes = b"cos\nsystem\nX\x02\x00\x00\x00ls\x85R.";
        let (pickle, root) = read(bytes).unwrap();
        let Object::Call(function, _) = pickle.object(root) else {
            panic!()
        };
        assert_eq!(
            pickle.object(*function),
            &Object::Global("os system".to_string())
        );
    }

    #[test]
    fn faults_are_named_with_their_place() {
        assert_eq!(fault(b""), "the pickle ends too early");
        assert_eq!(fault(b"N"), "the pickle ends too early");
        assert_eq!(
            fault(b"\x80\x04."),
            "at byte 0: pickle protocol 4; torch.save writes 2"
        );
        assert_eq!(
            fault(b"X\xff\xff\xff\xffabc"),
            "at byte 0: the pickle ends too early"
        );
        assert_eq!(fault(b"R"), "at byte 0: the stack is empty");
        assert_eq!(fault(b"N(R"), "at byte 2: the stack is empty");
        assert_eq!(fault(b"NNu"), "at byte 2: there is no mark");
        assert_eq!(fault(b"h\x07"), "at byte 0: memo 7 was never set");
        assert_eq!(
            fault(b"i"),
            "at byte 0: opcode 0x69 is not allowed in a state dict"
        );
    }

    #[test]
    fn deep_nesting_and_cycles_need_no_stack() {
        let mut bytes = vec![b')'];
        bytes.extend(std::iter::repeat_n(0x85, 1_000_000));
        bytes.push(b'.');
        assert!(read(&bytes).is_ok());
        // A dict that holds itself.
        assert!(read(b"}q\x00K\x01h\x00s.").is_ok());
    }
}
