"""Cuts Liberation Sans to the letters of our figures: python subset.py FOLDER."""
import sys

from fontTools import subset
ranges=[(0x20,0x7e),(0xa0,0x17f),(0x192,0x192),(0x2c6,0x2c7),(0x2d8,0x2dd),(0x370,0x3ff),(0x2010,0x2015),(0x2018,0x201e),(0x2020,0x2022),(0x2026,0x2026),(0x2030,0x2030),(0x2032,0x2033),(0x2039,0x203a),(0x2070,0x209f),(0x20ac,0x20ac),(0x2122,0x2122),(0x2126,0x2126),(0x2190,0x2195),(0x2202,0x2202),(0x2206,0x2206),(0x220f,0x220f),(0x2211,0x2212),(0x221a,0x221a),(0x221e,0x221e),(0x222b,0x222b),(0x2248,0x2248),(0x2260,0x2260),(0x2264,0x2265),(0xfffd,0xfffd)]
us=[c for a,b in ranges for c in range(a,b+1)]
for style in ['Regular','Bold']:
    o=subset.Options(); o.layout_features=[]; o.hinting=False; o.name_IDs=[0,1,2,3,4,5,6,13,14]; o.notdef_outline=True; o.drop_tables+=['FFTM','GPOS','GSUB','GDEF','gasp']; o.legacy_kern=True; o.recalc_timestamp=False
    f=subset.load_font(f'{sys.argv[1]}/LiberationSans-{style}.ttf',o)
    s=subset.Subsetter(o); s.populate(unicodes=us); s.subset(f)
    fam='Rsom Sans'
    for n in list(f['name'].names):
        t={1:fam,2:style,3:f'{fam} {style} 1.0, subset of Liberation 2.1.5 fonts',4:f'{fam} {style}' if style!='Regular' else fam,6:f'RsomSans-{style}'}.get(n.nameID)
        if n.nameID==3: t=f'RsomSans-{style};2.1.5'
        if t: f['name'].setName(t,n.nameID,n.platformID,n.platEncID,n.langID)
        if n.platformID!=3: f['name'].names.remove(n)
    subset.save_font(f,f'{__file__.rpartition("/")[0] or "."}/RsomSans-{style}.ttf',o)
