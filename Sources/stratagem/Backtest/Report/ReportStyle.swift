extension ReportPage {
    static let style = """
        :root{color-scheme:light dark;--paper:#fff;--ink:#1b2330;--soft:#5c6778;--line:#dfe4ea;--panel:#f6f8fa;
        --blue:#1f6feb;--good:#157f3b;--bad:#c8322b}
        @media(prefers-color-scheme:dark){:root{--paper:#0f141a;--ink:#e4e9ef;--soft:#97a3b2;--line:#2a333e;--panel:#171e26;
        --blue:#5aa2ff;--good:#43b86a;--bad:#f2685f}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        main{max-width:1080px;margin:0 auto;padding:28px 20px 48px}
        h1{font-size:26px;line-height:1.25;margin:0;overflow-wrap:anywhere}
        h2{font-size:17px;margin:36px 0 10px}
        p{margin:4px 0}
        .soft{color:var(--soft)}
        .good{color:var(--good)}.bad{color:var(--bad)}
        .tiles{display:grid;grid-template-columns:repeat(6,1fr);gap:10px;margin:22px 0 0;padding:0}
        .tiles div{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:10px 12px;min-width:0}
        .tiles dt{color:var(--soft);font-size:13px}
        .tiles dd{margin:0;font-size:20px;font-weight:600;font-variant-numeric:tabular-nums;white-space:nowrap}
        .chart{position:relative;height:280px;margin:0 0 34px 78px}
        .chart.low{height:110px}
        .chart svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible}
        .chart path,.chart line{vector-effect:non-scaling-stroke}
        .grid{stroke:var(--line);stroke-width:1}
        .curve{fill:none;stroke:var(--blue);stroke-width:1.6;stroke-linejoin:round}
        .area{fill:var(--blue);opacity:.1}
        .fall{fill:var(--bad);opacity:.22}.fallcurve{fill:none;stroke:var(--bad);stroke-width:1.2}
        .price{fill:none;stroke:var(--soft);stroke-width:1.1;stroke-linejoin:round}
        .range{fill:var(--soft);opacity:.18}
        .won{stroke:var(--good);stroke-width:1.4}.lost{stroke:var(--bad);stroke-width:1.4}
        .dot{stroke-linecap:round;stroke-width:7}.hole{stroke:var(--paper);stroke-linecap:round;stroke-width:3.4}
        .dense .dot{stroke-width:4}.dense .hole{stroke-width:1.6}.dense .won:not(.dot),.dense .lost:not(.dot){stroke-width:1}
        .bar{fill:var(--blue)}.bar.good{fill:var(--good)}.bar.bad{fill:var(--bad)}
        .y,.x{position:absolute;color:var(--soft);font-size:12px;line-height:14px;font-variant-numeric:tabular-nums;white-space:nowrap}
        .y{right:100%;margin-right:8px;transform:translateY(-50%)}
        .x{top:100%;margin-top:6px;transform:translateX(-50%)}
        .x.first{transform:none}.x.last{transform:translateX(-100%)}
        .cursor{position:absolute;top:0;bottom:0;width:1px;background:var(--soft);display:none;pointer-events:none}
        .note{position:absolute;top:0;background:var(--paper);border:1px solid var(--line);border-radius:6px;padding:4px 8px;
        font-size:12px;line-height:1.4;display:none;pointer-events:none;max-width:50%;font-variant-numeric:tabular-nums}
        .key{font-size:13px;color:var(--soft);margin:0 0 8px;display:flex;flex-wrap:wrap;gap:4px 18px}
        .key svg{width:30px;height:10px;vertical-align:middle;margin-right:6px}
        table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
        th,td{text-align:left;padding:5px 10px 5px 0;border-bottom:1px solid var(--line);vertical-align:top;font-weight:400}
        th{color:var(--soft)}
        td.n,th.n{text-align:right;padding-right:0}
        .pair{display:grid;grid-template-columns:1fr 1fr;gap:0 44px;align-items:start}
        .pair>*{min-width:0}
        .months{table-layout:fixed}
        .months th,.months td{text-align:right;padding:5px 6px;font-size:13px}
        .months tbody th{text-align:left;padding-left:0}
        .months td[style]{background:color-mix(in srgb,var(--tone) calc(var(--part)*1%),transparent)}
        .months .up{--tone:var(--good)}.months .down{--tone:var(--bad)}
        code{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
        footer{margin-top:36px;color:var(--soft);font-size:13px}
        @media(max-width:760px){.tiles{grid-template-columns:repeat(3,1fr)}.pair{grid-template-columns:1fr}}
        @media(max-width:560px){main{padding:18px 14px 32px}.tiles{grid-template-columns:repeat(2,1fr)}
        .chart{height:210px;margin-left:58px}.chart.low{height:90px}.x.middle{display:none}.y{font-size:11px;margin-right:6px}
        .months thead{display:none}.months,.months tbody,.months tr{display:block}
        .months tr{display:grid;grid-template-columns:repeat(4,1fr);padding:6px 0}
        .months tbody th{grid-column:1/4;font-weight:600;color:var(--ink);border:0}
        .months td:last-child{grid-area:1/4;font-weight:600}
        .months td{text-align:left;border:0;padding:3px 6px}.months td:empty{display:none}
        .months td::before{content:attr(data-name);display:block;color:var(--soft);font-size:11px}}
        @media print{:root{color-scheme:light;--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--panel:#fff;--blue:#1f5fc0;
        --good:#126b32;--bad:#b02a24}
        body{font-size:11px}main{max-width:none;padding:0}h2{margin:20px 0 8px}
        h2,.chart,.tiles div,tr{break-inside:avoid}h2{break-after:avoid}.chart{height:220px}.chart.low{height:80px}
        .pair{grid-template-columns:1fr 1fr}.tiles{grid-template-columns:repeat(6,1fr)}.tiles dd{font-size:15px}
        *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
        """

    /// The page is whole without it: it only says what is under the pointer.
    static let script = """
        document.querySelectorAll('.chart[data-series]').forEach(function(chart){
        var series=JSON.parse(chart.dataset.series),cursor=chart.querySelector('.cursor'),note=chart.querySelector('.note');
        function hide(){cursor.style.display=note.style.display='none'}
        chart.addEventListener('pointermove',function(event){
        var box=chart.getBoundingClientRect(),part=(event.clientX-box.left)/box.width,t=series.t,n=t.length;
        if(part<0||part>1||!n)return hide();
        var want=series.from+part*(series.to-series.from),low=0,high=n-1;
        while(low<high){var middle=low+high>>1;if(t[middle]<want)low=middle+1;else high=middle}
        if(low>0&&want-t[low-1]<t[low]-want)low--;
        var x=series.to>series.from?(t[low]-series.from)/(series.to-series.from):0;
        cursor.style.display=note.style.display='block';cursor.style.left=x*100+'%';
        note.textContent=new Date(t[low]*1000).toISOString().slice(0,16).replace('T',' ')+'  '+
        series.names.map(function(name,i){return name+' '+(series.values[i][low]===null?'–':series.values[i][low].toLocaleString('en')+series.units[i])}).join('  ');
        note.style.left=x<.5?x*100+'%':'';note.style.right=x<.5?'':(1-x)*100+'%'});
        chart.addEventListener('pointerleave',hide)});
        """
}
