using System.Security.Cryptography;

namespace CheckpointOperator.Delivery.Tests;

/// <summary>An image built again of the same is the same.</summary>
public sealed class ReproductionTests(ImageFixture images) : IClassFixture<ImageFixture>
{
    [Theory]
    [InlineData("operator")]
    [InlineData("agent")]
    public async Task Another_build_gives_the_same_bytes(string name)
    {
        string cache = Directory.CreateTempSubdirectory("images-").FullName;
        try
        {
            await TakePackagesAsync(cache);
            Image again = await ImageFixture.BuildAsync(name, new Dictionary<string, string> { ["CHECKPOINT_OPERATOR_CACHE"] = cache });
            Assert.NotEqual(images[name].Archive, again.Archive);
            Assert.Equal(images[name].Digest, again.Digest);
            Assert.Equal(await SumAsync(images[name].Archive), await SumAsync(again.Archive));
            Assert.Equal(images[name].Bill.ToJsonString(), again.Bill.ToJsonString());
        }
        finally
        {
            Directory.Delete(cache, recursive: true);
        }
    }

    [Fact]
    public async Task Everything_in_it_has_the_time_that_was_given()
    {
        string cache = Directory.CreateTempSubdirectory("images-").FullName;
        try
        {
            await TakePackagesAsync(cache);
            Image image = await ImageFixture.BuildAsync("agent", new Dictionary<string, string>
            {
                ["CHECKPOINT_OPERATOR_CACHE"] = cache,
                ["SOURCE_DATE_EPOCH"] = "1700000000",
                ["CHECKPOINT_OPERATOR_VERSION"] = "9.8.7",
            });
            var time = DateTimeOffset.FromUnixTimeSeconds(1700000000);
            Assert.Equal(time, image.Created);
            Assert.All(image.Files.Values, file => Assert.Equal(time, file.Entry.ModificationTime));
            Assert.Equal("9.8.7", image.OciLabels["version"]);
        }
        finally
        {
            Directory.Delete(cache, recursive: true);
        }
    }

    // The same Debian packages: a mirror may have newer ones by now. All else is made anew.
    private async Task TakePackagesAsync(string cache)
    {
        string own = Path.GetDirectoryName(Path.GetDirectoryName(images["agent"].Archive))!;
        foreach (string packages in Directory.GetDirectories(own, "debs-*"))
            await Repository.RunAsync("cp", ["-r", packages, cache]);
    }

    private static async Task<string> SumAsync(string file)
    {
        using FileStream stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, TestContext.Current.CancellationToken));
    }
}
