using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Tests.FileSystem;

public sealed class RelativePathTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("./a//b/./c/", "a/b/c")]
    [InlineData("/etc/passwd", "etc/passwd")]
    [InlineData("..a/...", "..a/...")]
    public void A_path_is_normalised(string text, string expected) => Assert.Equal(expected, RelativePath.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData(".")]
    [InlineData("./")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("a/..")]
    [InlineData("a\0b")]
    public void What_names_no_entry_below_is_refused(string text)
    {
        Assert.Throws<FormatException>(() => RelativePath.Parse(text));
        Assert.False(RelativePath.TryParse(text, out _));
    }

    [Fact]
    public void Parents_names_and_ancestors_are_found()
    {
        var path = RelativePath.Parse("a/b/c");
        Assert.Equal("a/b", path.Parent.ToString());
        Assert.Equal("c", path.Name);
        Assert.Equal(3, path.Depth);
        Assert.True(RelativePath.Parse("a").Parent.IsRoot);
        Assert.True(path.IsAtOrBelow(RelativePath.Parse("a/b")));
        Assert.False(RelativePath.Parse("a/bc").IsAtOrBelow(RelativePath.Parse("a/b")));
        Assert.Equal(path, RelativePath.Root.Append("a/b").Append("c"));
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_kept()
    {
        var path = RelativePath.Parse([0xff, (byte)'/', 0x80]);
        Assert.Equal([0xff, (byte)'/', 0x80], path.Bytes.ToArray());
        Assert.Equal(@"\xff/\x80", path.Display);
    }

    [Fact]
    public void A_message_stays_on_one_line() => Assert.Equal(@"a\x0ab\x1b[0m", RelativePath.Parse("a\nb\x1b[0m").Display);
}
