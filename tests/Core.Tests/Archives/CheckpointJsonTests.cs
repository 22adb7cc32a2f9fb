using System.Text;
using CheckpointOperator.Core.Archives;

namespace CheckpointOperator.Core.Tests.Archives;

public sealed class CheckpointJsonTests
{
    [Theory]
    [InlineData("""{"runtime":"\ud800"}""")]
    [InlineData("{\"runtime\":\"\u00ff\"}")]
    [InlineData("""{"id":"\udc00x"}""")]
    public void Text_of_config_dump_that_is_not_Unicode_is_refused(string json)
    {
        var refusal = Assert.Throws<ArchiveRefusedException>(() => ConfigDump.Parse(Encoding.Latin1.GetBytes(json)));
        Assert.Equal((ArchiveRefusal.InvalidJson, "config.dump"), (refusal.Reason, refusal.Entry));
    }

    [Theory]
    [InlineData("""{"annotations":{"io.container.manager":"\ud800"}}""")]
    [InlineData("""{"annotations":{"io.kubernetes.cri-o.Labels":"\udfff"}}""")]
    [InlineData("""{"annotations":{"io.kubernetes.cri-o.Labels":"{\"io.kubernetes.pod.name\":\"\\ud800\"}"}}""")]
    public void Text_of_spec_dump_that_is_not_Unicode_is_refused(string json)
    {
        var refusal = Assert.Throws<ArchiveRefusedException>(() => SpecDump.Parse(Encoding.Latin1.GetBytes(json)));
        Assert.Equal((ArchiveRefusal.InvalidJson, "spec.dump"), (refusal.Reason, refusal.Entry));
    }

    [Theory]
    [InlineData("{\"\u00e7\":\"x\"}")]
    [InlineData("""{"\ud800":"x"}""")]
    public void A_name_that_is_not_Unicode_is_refused(string json)
    {
        var refusal = Assert.Throws<ArchiveRefusedException>(() =>
        {
            using var document = CheckpointJson.ParseObject(Encoding.Latin1.GetBytes(json), "index.json");
            return document.RootElement.Texts("index.json").ToList();
        });
        Assert.Equal((ArchiveRefusal.InvalidJson, "index.json"), (refusal.Reason, refusal.Entry));
    }

    [Theory]
    [InlineData("n\u0001\u001b[2Jll")]
    [InlineData("[\"a\",\u0002]")]
    public void A_refusal_of_JSON_is_one_printable_line(string json)
    {
        var refusal = Assert.Throws<ArchiveRefusedException>(() => DeletedFilesJson.Count(Encoding.UTF8.GetBytes(json)));
        Assert.DoesNotContain(refusal.Message, char.IsControl);
    }
}
