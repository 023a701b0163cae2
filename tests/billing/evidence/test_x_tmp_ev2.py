
from tests.billing.evidence.test_properties import *
from billing.models import Invoice, StageRefusal
P={'anchor':'reset_on_change','change_day':'excluded','decrease_window_hours':72,'minimum_seats':0}
def test_x(db):
    world=SeatWorld.make(P)
    at=told(world,[(1169,'seat_added',1,0)])
    e=change_of(world,'seat_removed',1)
    shown=previewed(world,e,at)
    world.send('change',at,kind='seat_removed',quantity=1)
    docs=world.push(shown.as_of)
    print(at,shown.as_of,shown.totals,shown.credit_note_minor,docs)
    for l in shown.lines: print('P',l)
    for i in Invoice.objects.all(): print(i,i.kind,i.state,i.subtotal_minor,i.drafted_at,i.finalize_after,[ (l.kind,l.amount_minor) for l in i.lines.all()])
    print(list(StageRefusal.objects.values_list('stage','code','message')))
    assert 0
