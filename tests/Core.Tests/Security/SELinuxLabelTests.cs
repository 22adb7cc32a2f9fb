using System.Text;
using CheckpointOperator.Core.Security;
using CsCheck;

namespace CheckpointOperator.Core.Tests.Security;

public sealed class SELinuxLabelTests
{
    [Theory]
    [InlineData("user:role:type", null)]
    [InlineData("system_u:object_r:container_file_t:s0:c1,c2", "s0:c1,c2")]
    [InlineData("system_u:object_r:container_file_t:s0", "s0")]
    [InlineData("unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023", "s0-s0:c0.c1023")]
    [InlineData("root:sysadm_r:sysadm_t:s0-s15:c0.c1023", "s0-s15:c0.c1023")]
    [InlineData("u:r:t.with-dots_0:s3:c7.c9,c100-s4:c0.c200", "s3:c7.c9,c100-s4:c0.c200")]
    public void A_label_has_three_parts_or_four_and_is_kept_as_written(string text, string? level)
    {
        var label = SELinuxLabel.Parse(text);
        Assert.Equal(level, label.Level);
        Assert.Equal(text, label.ToString());
        Assert.Equal(string.Join(':', text.Split(':').Take(3)), $"{label.User}:{label.Role}:{label.Type}");
        Assert.True(SELinuxLabel.TryParse(text, out var again));
        Assert.Equal(label, again);
    }

    [Theory]
    [InlineData("", "1 of at least three parts")]
    [InlineData("kernel", "1 of at least three parts")]
    [InlineData("user:role", "2 of at least three parts")]
    [InlineData("user::type", "a part is empty")]
    [InlineData("user:role:ty pe", "'ty pe' is no name")]
    [InlineData("user:role:type\n", "is no name")]
    [InlineData("user:role:t\u00ffpe", "is no name")]
    [InlineData("1user:role:type", "'1user' is no name")]
    [InlineData("user:role:type:", "'' is no sensitivity")]
    [InlineData("user:role:type:s0\n", "is no sensitivity")]
    [InlineData("user:role:type:s16", "'s16' is no sensitivity from s0 to s15")]
    [InlineData("user:role:type:s00", "'s00' is no sensitivity")]
    [InlineData("user:role:type:s", "'s' is no sensitivity")]
    [InlineData("user:role:type:S0", "'S0' is no sensitivity")]
    [InlineData("user:role:type:SystemLow-SystemHigh", "'SystemLow' is no sensitivity")]
    [InlineData("user:role:type:s0:", "'' is no category")]
    [InlineData("user:role:type:s0:c1024", "'c1024' is no category from c0 to c1023")]
    [InlineData("user:role:type:s0:c1,", "'' is no category")]
    [InlineData("user:role:type:s0:c1,,c2", "'' is no category")]
    [InlineData("user:role:type:s0:c01", "'c01' is no category")]
    [InlineData("user:role:type:s0:c-1", "is no category")]
    [InlineData("user:role:type:s0:c+1", "'c+1' is no category")]
    [InlineData("user:role:type:s0:c1:c2", "'c1:c2' is no category")]
    [InlineData("user:role:type:s0:c1.c2.c3", "'c1.c2.c3' is no category")]
    [InlineData("user:role:type:s0:c5.c3", "'c5.c3' does not go upwards")]
    [InlineData("user:role:type:s0:c5.c5", "'c5.c5' does not go upwards")]
    [InlineData("user:role:type:s0-s1-s2", "more than a low and a high level")]
    [InlineData("user:role:type:s1-s0", "the high level 's0' does not hold the low level 's1'")]
    [InlineData("user:role:type:s0:c1-s0:c2", "does not hold the low level")]
    [InlineData("user:role:type:s0-", "'' is no sensitivity")]
    public void Other_text_is_refused_with_what_is_wrong_with_it(string text, string fault)
    {
        Assert.False(SELinuxLabel.TryParse(text, out _));
        var refusal = Assert.Throws<FormatException>(() => SELinuxLabel.Parse(text));
        Assert.Contains(fault, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("expected user:role:type[:level]", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void No_text_is_no_label() => Assert.False(SELinuxLabel.TryParse(null, out _));

    [Fact]
    public void A_label_fills_a_page_with_its_NUL_and_no_more()
    {
        Assert.Equal(4096, SELinuxLabel.Parse("u:r:" + new string('t', 4091)).ToAttribute().Length);
        Assert.Throws<FormatException>(() => SELinuxLabel.Parse("u:r:" + new string('t', 4092)));
    }

    [Theory]
    [InlineData("s0:c2,c1", "s0:c1,c2")]
    [InlineData("s0:c1,c2,c3", "s0:c1.c3")]
    [InlineData("s0:c1.c2", "s0:c1,c2")]
    [InlineData("s0:c1,c1", "s0:c1")]
    [InlineData("s0-s0", "s0")]
    [InlineData("s0:c0.c5,c3.c1023", "s0:c0.c1023")]
    public void Labels_that_the_kernel_holds_for_one_are_equal(string written, string held)
    {
        var one = SELinuxLabel.Parse($"u:r:t:{written}");
        var other = SELinuxLabel.Parse($"u:r:t:{held}");
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, SELinuxLabel.Parse($"u:r:other:{held}"));
        Assert.NotEqual(one, SELinuxLabel.Parse($"u:r:t:{held.Replace("s0", "s1", StringComparison.Ordinal)}"));
    }

    [Fact]
    public void A_level_is_written_as_the_kernel_writes_it_whatever_its_categories() =>
        Gen.Int[0, 1023].HashSet[1, 40].Sample(categories =>
        {
            var text = $"s5:{string.Join(',', categories.Select(number => $"c{number}"))}";
            var level = SELinuxLevel.Read(text, out var fault);
            Assert.Null(fault);
            var again = SELinuxLevel.Read(level!.ToString(), out _)!;
            Assert.Equal(level, again);
            // Spelt out again, the canonical text names the same categories.
            var named = level.ToString()[3..].Split(',').SelectMany(set => set.Split('.') is [var first, var last]
                ? Enumerable.Range(Number(first), Number(last) - Number(first) + 1)
                : [Number(set)]);
            Assert.Equal(categories.Order(), named);
        });

    [Theory]
    [InlineData("u:r:t:s0\0", true)]
    [InlineData("u:r:t:s0", true)]
    [InlineData("u:r:t:s0\0\0", false)]
    [InlineData("u:r:t\0:s0", false)]
    [InlineData("", false)]
    [InlineData("\0", false)]
    public void The_kernel_may_end_a_label_by_one_NUL(string attribute, bool isLabel) =>
        Assert.Equal(isLabel ? SELinuxLabel.Parse("u:r:t:s0") : null, SELinuxLabel.FromAttribute(Encoding.ASCII.GetBytes(attribute)));

    private static int Number(string category) => int.Parse(category.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);
}
