package knowledge

// A numbering gives features the numbers 0, 1, 2 and so on. It is a hash table with open addressing, for features
// are hashes already; building an index looks up half a million of them.
type numbering struct {
	features []feature // of each slot
	numbers  []uint32  // of each slot, plus 1; 0 for an empty slot
	used     int
}

// newNumbering returns a numbering with room for half as many features as slots, which is a power of two.
func newNumbering(slots int) numbering {
	return numbering{features: make([]feature, slots), numbers: make([]uint32, slots)}
}

// slot returns where a feature is, or where it belongs.
func (n *numbering) slot(f feature) int {
	mask := len(n.features) - 1
	s := int(uint64(f)>>7) & mask
	for n.numbers[s] != 0 && n.features[s] != f {
		s = (s + 1) & mask
	}
	return s
}

func (n *numbering) find(f feature) (uint32, bool) {
	number := n.numbers[n.slot(f)]
	return number - 1, number != 0
}

// add numbers a feature that has no number yet.
func (n *numbering) add(f feature) uint32 {
	if 2*n.used >= len(n.features) {
		more := newNumbering(2 * len(n.features))
		for s, number := range n.numbers {
			if number != 0 {
				at := more.slot(n.features[s])
				more.features[at], more.numbers[at] = n.features[s], number
			}
		}
		n.features, n.numbers = more.features, more.numbers
	}
	s := n.slot(f)
	n.used++
	n.features[s], n.numbers[s] = f, uint32(n.used)
	return uint32(n.used - 1)
}
