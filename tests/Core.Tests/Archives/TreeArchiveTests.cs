using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Tests.Support;
using CsCheck;

namespace CheckpointOperator.Core.Tests.Archives;

public sealed class TreeArchiveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_volume_keeps_its_own_owner_mode_and_group_inheritance()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can set owners");
        _folder.Shell("mkdir volume out; chown 100:200 volume; chmod 2777 volume; echo x > volume/f; chmod 4755 volume/f");
        using var tar = new MemoryStream();
        TreeArchive.Write(_folder.Open("volume"), tar);
        tar.Position = 0;
        TreeArchive.Extract(tar, _folder.Open("out"));
        Assert.Equal("2777 100:200 755 0:200", _folder.Shell("echo $(stat -c '%a %u:%g' out out/f)").Trim());
    }

    [Fact]
    public void A_device_in_a_volume_is_refused() =>
        Assert.Equal(
            ArchiveRefusal.Device,
            Assert.Throws<ArchiveRefusedException>(() => TreeArchive.Extract(new HandmadeTar().Device("null", 1, 3).Stream(), _folder.Make("out"))).Reason);

    [Fact]
    public void Any_tree_comes_back_as_it_was_and_as_GNU_tar_unpacks_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can set owners");
        var name = Gen.OneOf(Gen.String[Gen.Char["ab.é 漢"], 1, 5], Gen.String[Gen.Char['a', 'z'], 80, 120]).Where(text => text is not ("." or ".."));
        var entry = Gen.Select(
            Gen.Int[0, 4], name.Array[1, 4], Gen.Byte.Array[0, 3000], Gen.Int[0, 0x1FF],
            Gen.Select(Gen.Int[0, 5_000_000], Gen.Long[-3_000_000_000, 20_000_000_000], Gen.Int[0, 999_999_999]));
        var run = 0;
        entry.Array[0, 20].Sample(
            entries =>
            {
                var number = Interlocked.Increment(ref run);
                var (tree, ours, gnu) = ($"tree{number}", $"ours{number}", $"gnu{number}");
                foreach (var folder in new[] { tree, ours, gnu })
                    Directory.CreateDirectory(_folder[folder]);
                var script = new System.Text.StringBuilder($"cd {tree}\n");
                foreach (var (kind, path, content, mode, (owner, seconds, nanoseconds)) in entries)
                    Make(script, kind, string.Join('/', path), content, mode, owner, $"@{seconds}.{nanoseconds:D9}");
                _folder.Shell(script.ToString());

                using (var tar = new FileStream(_folder["tar"], FileMode.Create))
                {
                    TreeArchive.Write(_folder.Open(tree), tar);
                    tar.Position = 0;
                    TreeArchive.Extract(tar, _folder.Open(ours));
                }

                _folder.Shell($"tar -C {gnu} --numeric-owner -xpf tar");
                var expected = _folder.Listing(tree);
                return expected == _folder.Listing(ours) && expected == _folder.Listing(gnu);
            },
            iter: 25,
            threads: 1);
    }

    // An entry that cannot be made, because a file is in its folder's place, is left out: what was made is what counts.
    private static void Make(System.Text.StringBuilder script, int kind, string path, byte[] content, int mode, int owner, string time)
    {
        var quoted = $"'{path}'";
        var modeText = Convert.ToString(mode, 8);
        var make = kind switch
        {
            0 => $"mkdir -p {quoted}",
            1 => $"[ ! -d {quoted} ] && rm -f {quoted} && ln -s 'target é' {quoted}",
            2 => $"[ ! -e {quoted} ] && f=$(find . -type f -print -quit) && [ -n \"$f\" ] && ln \"$f\" {quoted}",
            _ => $"[ ! -e {quoted} ] && printf '%s' '{Convert.ToHexString(content)}' > {quoted}",
        };
        script.Append(
            System.Globalization.CultureInfo.InvariantCulture,
            $"mkdir -p \"$(dirname {quoted})\" 2>/dev/null && {{ {make}; }} 2>/dev/null && chown -h {owner}:{owner} {quoted} && {{ [ -L {quoted} ] || chmod {modeText} {quoted}; }} && touch -h -d {time} {quoted} || true\n");
    }
}
