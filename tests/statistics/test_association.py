import numpy as np, pytest, math
from scipy.special import ndtri, stdtrit
from .crosstab_aggregates import *
PSPP = oracle("crosstabs_pspp.json")["tables"]
@pytest.mark.parametrize("name", PSPP)
def test_pspp(name):
    one = PSPP[name]
    t = crosstab(one["counts"], one["rows"], one["columns"], same=one["rows"]==one["columns"])
    N=t.w.sum()
    bad=[]
    for k,v in one["values"].items():
        if k.endswith("_t"):
            p=value(t,k[:-2]+"_p")
            if k[:-2] in("pearson_r","spearman_rho"): got=-stdtrit(N-2,p/2)
            else: got=-ndtri(p/2)
            v=abs(v)
            if p<1e-300: continue
        else: got=value(t,k)
        l=log_relative_error(got,v)
        if l<9: bad.append((k,got,v,l))
    assert not bad
