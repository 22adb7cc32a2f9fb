using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Tests.FileSystem;

public sealed class IdMapTests
{
    [Theory]
    [InlineData("0:100000:65536", true)]
    [InlineData("0:100000", false)]
    [InlineData("0:100000:65536:1", false)]
    [InlineData("0:-1:5", false)]
    [InlineData("a:b:c", false)]
    [InlineData("0:4294967296:1", false)]
    [InlineData(" 0:1:1", false)]
    public void A_range_is_three_numbers(string text, bool isOne)
    {
        if (isOne)
            Assert.Equal(text, IdRange.Parse(text).ToString());
        else
            Assert.Contains(text, Assert.Throws<FormatException>(() => IdRange.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("0:5:0")]
    [InlineData("0:1:10", "9:100:1")]
    [InlineData("0:100:10", "20:109:1")]
    [InlineData("1:0:4294967295")]
    [InlineData("0:2:4294967295")]
    public void A_map_has_ranges_that_exist_and_do_not_overlap(params string[] ranges) =>
        Assert.Throws<ArgumentException>(() => new IdMap([.. ranges.Select(IdRange.Parse)], [new IdRange(0, 0, 1)]));

    [Fact]
    public void Ids_are_found_by_their_range_and_none_outside()
    {
        IdRange[] ranges = [new(1000, 5, 1), new(0, 100000, 1000), new(1001, 101001, 10)];
        Assert.Equal([100000u, 100999u, 5u, 101001u, 101010u], new uint[] { 0, 999, 1000, 1001, 1010 }.Select(id => IdMap.ToHost(ranges, id)!.Value));
        Assert.Equal([0u, 999u, 1000u, 1010u], new uint[] { 100000, 100999, 5, 101010 }.Select(id => IdMap.ToContainer(ranges, id)!.Value));
        Assert.Null(IdMap.ToHost(ranges, 1011));
        Assert.Null(IdMap.ToContainer(ranges, 101000));
        Assert.Null(IdMap.ToContainer(ranges, 0));
    }
}
