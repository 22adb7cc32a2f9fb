using System.Text;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;

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

    // Wrapped around it would be a small or a negative one.
    [Theory]
    [InlineData("777777777777777777777", true)]
    [InlineData("1000000000000000000000", false)]
    [InlineData("2000000000000000000010", false)]
    [InlineData("\u0080\0\0\0\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", true)]
    [InlineData("\u0080\0\0\0\u0080\0\0\0\0\0\0\0", false)]
    [InlineData("\u0080\0\0\u0001\0\0\0\0\0\0\0\0", false)]
    public void A_number_beyond_63_bits_is_refused(string field, bool fits)
    {
        Assert.Equal(fits, TarNumber.TryRead(Encoding.Latin1.GetBytes(field), out var number));
        Assert.True(!fits || number == long.MaxValue);
    }

    [Fact]
    public void A_device_s_numbers_are_kept_where_octal_digits_do_not_hold_them()
    {
        var entry = new TarEntry { Path = RelativePath.Parse("device"), Type = TarEntryType.CharacterDevice, DeviceMajor = 0x1000000, DeviceMinor = uint.MaxValue };
        using var tar = new MemoryStream();
        new TarWriter(tar).WriteHeader(entry);
        tar.Position = 0;
        using var reader = new TarReader(tar, ArchiveLimits.Default);
        var read = reader.Next()!;
        Assert.Equal((0x1000000u, uint.MaxValue), (read.DeviceMajor, read.DeviceMinor));
    }
}
