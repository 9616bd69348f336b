package bot

import "time"

// zone returns the time zone of the schools, in which people are told times.
func (b *Bot) zone() *time.Location {
	for _, id := range b.schoolIDs() {
		if c := b.desk.Model().Hours(id, ""); c != nil && c.Zone != nil {
			return c.Zone
		}
	}
	return time.UTC
}
