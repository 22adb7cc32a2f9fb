using System.Text;
using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Core.Tests.Archives;

public sealed class TarNumberTests
{
    [Theory]
    [InlineData("0000010\0", 8)]
    [InlineData("     10 ", 8)]
    [InlineData("10\0\0\0\0\0\0", 8)]
    [InlineData("\0\0\0\0\0\0\0\0", 0)]
    [InlineData("        ", 0)]
    public void Octal_digits_may_have_spaces_before_and_spaces_or_NULs_behind_them(string field, long expected)
    {
        Assert.True(TarNumber.TryRead(Encoding.Latin1.GetBytes(field), out var number));
        Assert.Equal(expected, number);
    }

    // GNU tar ends at the NUL and reads 0, Go's reader passes over it and reads 8: content would be a header to one of them.
    [Theory]
    [InlineData("\0\0\00010\0")]
    [InlineData("\0  10\0\0\0")]
    [InlineData("10\0 10\0\0")]
    public void Digits_behind_a_NUL_are_refused(string field) => Assert.False(TarNumber.TryRead(Encoding.Latin1.GetBytes(field), out _));
}
