// Package report draws figures from tickets for those who pay for support and
// choose its model.
//
// # How it works
//
// A [Report] is a fold: [New] says for which time, [Report.Add] takes one ticket
// after the other, [Report.Result] gives the figures. A [Result] is plain data;
// it can be written as text, as CSV for a spreadsheet, and as JSON. Nothing here
// reads a clock or a store: "now" is an option, and tickets come from
// [escalation.Desk.Each]. [Compare] is the second fold: it asks how past tickets
// would have begun under another model.
//
// # What is counted
//
// The tickets asked within [from, to), without alarms, which the program raised
// itself and nobody asked. Where a ticket stands is what it says when the
// figures are drawn, even if that came about after the period. Each figure has
// one definition, written above its type. The names are the usual ones of
// service desks (Reaktionszeit, Lösungszeit, Erfüllungsquote,
// Wiedereröffnungsquote, Weiterleitungsquote); no public list of figures for
// schools is known, so the choice is our own.
//
// Times are business time, each stretch in the calendar of whoever held the
// ticket ([escalation.Model.Spent]), and next to it the time on the wall, which
// is what the requester lived through. Percentiles are nearest-rank: the
// smallest value that at least so many percent do not exceed. They are always
// the time of a real ticket, and of an even number the median is the lower one.
//
// # What is not shown
//
// Figures are about schools, models and rooms of the building, never about named
// staff, because response times of a person are performance data (LPVG NRW
// § 72 (3) no. 2). So no figure is shown that is drawn from fewer than
// [Options.MinGroup] tickets. That alone is not enough: where one group of a
// breakdown is hidden, the rest of the total gives it away. Therefore further
// groups, the smallest first, are hidden until those hidden are together at least
// MinGroup, and so at least two. As the schools of a model add up to the model,
// the rule holds within each model that is shown, and for those that are not,
// together.
//
// This holds for every breakdown and its sum. Who knows from elsewhere that a
// school has tickets in one room only can set the two breakdowns against each
// other; no rule over published figures prevents that.
//
// A role that one person fills is still that person. Steps are therefore never
// split by school, but a school with a single contact is what it is: whoever
// publishes figures per school should have agreed on it.
package report
