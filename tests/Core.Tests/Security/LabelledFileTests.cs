using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Security;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Security;

public sealed class LabelledFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_made_with_its_label_and_mode()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can set labels");
        const string Label = "system_u:object_r:container_file_t:s0:c1,c2";
        using (LabelledFile.Create(_folder.Open(), RelativePath.Parse("restore.log"), SELinuxLabel.Parse(Label)))
            Assert.Equal([$"security.selinux={Label}\0"], _folder.Attributes("restore.log"));
        Assert.Equal("600 0", _folder.Shell("stat -c '%a %s' restore.log").Trim());
    }

    [Fact]
    public void A_link_in_its_place_is_neither_followed_nor_labelled()
    {
        _folder.Write("target", "x");
        _folder.Link("restore.log", "target");
        Assert.Throws<FileSystemException>(() => LabelledFile.Create(_folder.Open(), RelativePath.Parse("restore.log"), SELinuxLabel.Parse("u:r:t")));
        Assert.Equal("x", File.ReadAllText(_folder["target"]));
    }

    [Theory]
    [InlineData("system_u:object_r:container_file_t:s0:c1,c2", "s0:c1,c2")]
    [InlineData("user:role:type", null)]
    public void A_label_has_three_or_four_parts(string text, string? level)
    {
        var label = SELinuxLabel.Parse(text);
        Assert.Equal(level, label.Level);
        Assert.Equal(text, label.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("user:role")]
    [InlineData("user::type")]
    [InlineData("user:role:type:s0\n")]
    [InlineData("user:role:ty pe")]
    public void Other_text_is_no_label(string text) => Assert.Throws<FormatException>(() => SELinuxLabel.Parse(text));
}
