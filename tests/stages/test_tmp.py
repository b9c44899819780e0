def test_x(run, small_study):
    import time
    t=time.time()
    r = run("report","--study",small_study.folder,"--formats","html","--lang","en")
    print(r, time.time()-t)
    assert r.code==0
    t=time.time()
    r = run("report","--study",small_study.folder,"--formats","html","--lang","en")
    print(r, time.time()-t)
    t=time.time()
    r = run("report","--study",small_study.folder,"--formats","html","--lang","en", "--force")
    print(r, time.time()-t)
    import shutil; shutil.rmtree("/tmp/smallout", ignore_errors=True); shutil.copytree(small_study.folder,"/tmp/smallout", symlinks=True)
    print(small_study.left_behind())
    assert 0
