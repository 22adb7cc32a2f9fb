using System.Text;
using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.Core.Security;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Runtimes;

public sealed class OciBundleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"linux":{"mountLabel":"system_u:object_r:container_file_t:s0:c1,c2"}}""", "system_u:object_r:container_file_t:s0:c1,c2")]
    [InlineData("""{"linux":{"mountLabel":""}}""", null)]
    [InlineData("""{"linux":{"mountLabel":null}}""", null)]
    [InlineData("""{"linux":{}}""", null)]
    [InlineData("""{"process":{"selinuxLabel":"u:r:t"}}""", null)]
    public void The_mount_label_is_that_of_the_configuration(string json, string? label)
    {
        _folder.Write("config.json", json);
        Assert.Equal(label, OciBundle.ReadMountLabel(_folder.Open())?.ToString());
        Assert.Equal(label, OciBundle.ParseMountLabel(Encoding.UTF8.GetBytes(json))?.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"linux":[]}""")]
    [InlineData("""{"linux":{"mountLabel":7}}""")]
    [InlineData("""{"linux":{"mountLabel":"no label"}}""")]
    [InlineData("""{"linux":{"mountLabel":"u:r:t:s99"}}""")]
    public void A_configuration_that_is_none_is_refused_by_its_path(string json)
    {
        _folder.Write("config.json", json);
        var refusal = Assert.Throws<InvalidDataException>(() => OciBundle.ReadMountLabel(_folder.Open()));
        Assert.Contains($"{_folder.Path}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("config.json", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Neither_a_link_nor_a_FIFO_nor_a_giant_is_read_and_a_missing_one_is_named()
    {
        _folder.Shell("""mkdir link fifo giant none; echo '{"linux":{"mountLabel":"u:r:t"}}' > other; ln -s ../other link/config.json; mkfifo fifo/config.json""");
        _folder.Shell("truncate -s 8388609 giant/config.json");
        foreach (var name in (string[])["link", "fifo", "giant", "none"])
        {
            var refusal = Assert.ThrowsAny<IOException>(() => OciBundle.ReadMountLabel(_folder.Open(name)));
            Assert.Contains($"{name}/config.json", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_log_gets_the_label_of_its_bundle()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can set labels");
        _folder.Write("config.json", """{"linux":{"mountLabel":"system_u:object_r:container_file_t:s0:c4,c9"}}""");
        var bundle = _folder.Open();
        var name = CheckpointOperator.Core.FileSystem.RelativePath.Parse("restore.log");
        LabelledFile.Create(bundle, name, OciBundle.ReadMountLabel(bundle), LabelledFile.LabelAttribute).Dispose();
        Assert.Contains("security.selinux=system_u:object_r:container_file_t:s0:c4,c9\0", _folder.Attributes("restore.log"));
    }
}
