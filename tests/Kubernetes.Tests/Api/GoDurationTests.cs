using CheckpointOperator.Kubernetes.Api;

namespace CheckpointOperator.Kubernetes.Tests.Api;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("2m", 120_000)]
    [InlineData("24h", 86_400_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("2h45m10s", 9_910_000)]
    [InlineData("500ms", 500)]
    [InlineData(".5s", 500)]
    public void A_duration_as_Go_writes_it_is_read(string text, long milliseconds)
    {
        Assert.True(GoDuration.TryParse(text, out TimeSpan duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("5")]
    [InlineData("m")]
    [InlineData("-5m")]
    [InlineData("+5m")]
    [InlineData("1d")]
    [InlineData("1h 5m")]
    [InlineData("1.2.3s")]
    [InlineData(".s")]
    [InlineData("9999999999999999h")]
    [InlineData("79228162514264337593543950335h")]
    [InlineData("79228162514264337593543950336000000h")]
    public void What_is_not_a_duration_is_refused(string? text) => Assert.False(GoDuration.TryParse(text, out _));
}
