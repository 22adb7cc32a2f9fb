using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;
using CheckpointOperator.Core.Criu.Protos;
using CheckpointOperator.Core.Tests.Support;
using Google.Protobuf;

namespace CheckpointOperator.Core.Tests.Criu;

/// <summary>Damaged, contradicting and overlarge images are refused by name, and nothing else comes of them.</summary>
public sealed class DamagedImagesTests : IDisposable
{
    private const CriuParts Everything = (CriuParts.AllButEnvironment | CriuParts.Environment) & ~CriuParts.Mounts;

    private readonly TemporaryFolder _folder = new();
    private readonly CheckpointImages _images = CheckpointImages.Whole();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("inventory.img")]
    [InlineData("pstree.img")]
    [InlineData("files.img")]
    [InlineData("core-1.img")]
    [InlineData("fs-1.img")]
    [InlineData("mm-1.img")]
    [InlineData("fdinfo-1.img")]
    [InlineData("pagemap-1.img")]
    [InlineData("pages-1.img")]
    public void A_missing_image_is_named(string name)
    {
        _images.Remove(name);
        var refusal = Refused();
        Assert.Equal((ArchiveRefusal.MissingEntry, $"checkpoint/{name}"), (refusal.Reason, refusal.Entry));
    }

    [Theory]
    [InlineData("inventory.img")]
    [InlineData("pstree.img")]
    [InlineData("files.img")]
    [InlineData("core-1.img")]
    [InlineData("ids-1.img")]
    [InlineData("fs-1.img")]
    [InlineData("mm-1.img")]
    [InlineData("fdinfo-1.img")]
    [InlineData("pagemap-1.img")]
    public void Wherever_an_image_is_cut_it_is_refused_or_whole_entries_are_left(string name)
    {
        var whole = _images.Get(name);
        var refused = 0;
        for (var length = 0; length < whole.Length; length++)
        {
            _images.Raw(name, whole[..length]);
            try
            {
                _images.Read(_folder, Everything);
            }
            catch (ArchiveRefusedException e)
            {
                Assert.Equal(ArchiveRefusal.InvalidCriuImage, e.Reason);
                refused++;
            }
        }

        Assert.True(refused > whole.Length / 2, $"{refused} of {whole.Length} refused");
    }

    [Fact]
    public void An_image_with_another_magic_number_is_refused()
    {
        _images.Raw("core-1.img", _images.Get("fs-1.img"));
        AssertRefused(ArchiveRefusal.InvalidCriuImage, "core-1.img", "Core");
    }

    [Fact]
    public void An_entry_that_claims_to_be_huge_is_refused()
    {
        _images.Raw("pstree.img", [.. CheckpointImages.Image(ImageMagic.PsTree), 0xff, 0xff, 0xff, 0xff]);
        AssertRefused(ArchiveRefusal.InvalidCriuImage, "pstree.img", "4294967295");
    }

    [Fact]
    public void Millions_of_empty_entries_are_refused()
    {
        _images.Raw("files.img", [.. CheckpointImages.Image(ImageMagic.Files), .. new byte[4 * (ImageFile.MaxEntries + 1)]]);
        // The second one has the first one's id.
        AssertRefused(ArchiveRefusal.InvalidCriuImage, "files.img", "twice");
        _images.Raw("fdinfo-1.img", [.. CheckpointImages.Image(ImageMagic.FdInfo), .. new byte[4 * (ImageFile.MaxEntries + 1)]]);
        _images.Put("files.img", ImageMagic.Files);
        AssertRefused(ArchiveRefusal.InvalidCriuImage, "fdinfo-1.img", "more than 1000000 entries");
    }

    [Fact]
    public void Groups_nested_without_end_are_refused()
    {
        // Field 100 as a group that starts and starts.
        byte[] nested = [.. Enumerable.Repeat(new byte[] { 0xa3, 0x06 }, 200_000).SelectMany(bytes => bytes)];
        _images.Raw("pstree.img", CheckpointImages.Image(ImageMagic.PsTree, nested));
        AssertRefused(ArchiveRefusal.InvalidCriuImage, "pstree.img", "damaged");
        _images.Raw("pstree.img", CheckpointImages.Whole().Get("pstree.img"));
        _images.Raw("mm-1.img", CheckpointImages.Image(ImageMagic.Mm, nested));
        AssertRefused(ArchiveRefusal.InvalidCriuImage, "mm-1.img", "damaged");
    }

    [Fact]
    public void A_budget_holds_for_one_image_and_for_all()
    {
        _images.Read(_folder, Everything, new ArchiveLimits { MaxCriuImagesBytes = 4096 });
        Assert.Equal(ArchiveRefusal.CriuImageTooLarge, Refused(new ArchiveLimits { MaxCriuImagesBytes = 300 }).Reason);
        var one = Refused(new ArchiveLimits { MaxCriuImageBytes = 20 });
        Assert.Equal(ArchiveRefusal.CriuImageTooLarge, one.Reason);
        Assert.StartsWith("checkpoint/", one.Entry, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_files_that_very_many_processes_share_is_counted_for_each()
    {
        const uint processes = 1000, files = 5000;
        _images.Put("pstree.img", ImageMagic.PsTree, [.. Enumerable.Range(1, (int)processes).Select(pid => new PstreeEntry { Pid = (uint)pid, Ppid = (uint)pid - 1 })]);
        for (var pid = 2u; pid <= processes; pid++)
        {
            _images.Process(pid);
            _images.Put($"ids-{pid}.img", ImageMagic.Ids, new TaskKobjIdsEntry { FilesId = 1 });
            _images.Raw($"mm-{pid}.img", _images.Get("mm-1.img"));
        }

        _images.Put("fdinfo-1.img", ImageMagic.FdInfo, [.. Enumerable.Range(0, (int)files).Select(fd => new FdinfoEntry { Id = 3, Type = 1, Fd = (uint)fd })]);
        Assert.Equal(ArchiveRefusal.CriuImageTooLarge, Assert.Throws<ArchiveRefusedException>(() => _images.Read(_folder, CriuParts.Files)).Reason);
        Assert.Equal(ArchiveRefusal.CriuImageTooLarge, Assert.Throws<ArchiveRefusedException>(() => _images.Read(_folder, CriuParts.Sockets)).Reason);
    }

    [Fact]
    public void A_long_name_that_very_many_descriptors_have_is_counted_for_each()
    {
        _images.Put("files.img", ImageMagic.Files,
            new FileEntry { Type = 1, Id = 1, Reg = new RegFileEntry { Name = CheckpointImages.Bytes(new string('x', 1 << 20)) } },
            new FileEntry { Type = 1, Id = 2, Reg = new RegFileEntry() });
        _images.Put("fdinfo-1.img", ImageMagic.FdInfo, [.. Enumerable.Range(0, 1000).Select(fd => new FdinfoEntry { Id = 1, Type = 1, Fd = (uint)fd })]);
        Assert.Equal(ArchiveRefusal.CriuImageTooLarge, Refused().Reason);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_bytes_are_changed_the_archive_is_read_or_refused(int seed)
    {
        _images.Put("mountpoints-9.img", ImageMagic.Mounts, new MntEntry { Mountpoint = CheckpointImages.Bytes("/x"), MntId = 5 });
        _images.Put("stats-dump", ImageMagic.Stats, new StatsEntry { Dump = new DumpStatsEntry { FrozenTime = 12 } });
        _images.Put("memfd.img", ImageMagic.MemFd, new MemfdInodeEntry { Name = CheckpointImages.Bytes("m"), InodeId = 4 });
        var random = new Random(seed);
        string[] names = ["inventory.img", "pstree.img", "files.img", "core-1.img", "ids-1.img", "fs-1.img", "mm-1.img", "fdinfo-1.img", "pagemap-1.img", "mountpoints-9.img", "memfd.img"];
        var (read, refused) = (0, 0);
        for (var round = 0; round < 1500; round++)
        {
            var name = names[random.Next(names.Length)];
            var whole = _images.Get(name);
            var spoilt = whole.ToArray();
            for (var i = random.Next(1, 4); i > 0; i--)
                spoilt[random.Next(spoilt.Length)] = (byte)(random.Next(2) == 0 ? random.Next(256) : random.Next(2) * 255);
            _images.Raw(name, spoilt);
            try
            {
                _images.Read(_folder, CriuParts.AllButEnvironment | CriuParts.Environment);
                read++;
            }
            catch (ArchiveRefusedException)
            {
                refused++;
            }

            _images.Raw(name, whole);
        }

        Assert.True(read > 100 && refused > 100, $"{read} read, {refused} refused");
    }

    [Fact]
    public void Processes_in_a_ring_are_refused()
    {
        _images.Put("pstree.img", ImageMagic.PsTree, new PstreeEntry { Pid = 1, Ppid = 2 }, new PstreeEntry { Pid = 2, Ppid = 1 });
        AssertRefused(ArchiveRefusal.InvalidCriuImage, "pstree.img", "before its parent 2");
        _images.Put("pstree.img", ImageMagic.PsTree, new PstreeEntry { Pid = 1, Ppid = 1 });
        AssertRefused(ArchiveRefusal.InvalidCriuImage, "pstree.img", "process 1");
        _images.Put("pstree.img", ImageMagic.PsTree, new PstreeEntry { Pid = 1 }, new PstreeEntry { Pid = 1 });
        AssertRefused(ArchiveRefusal.InvalidCriuImage, "pstree.img", "twice");
    }

    [Fact]
    public void A_descriptor_of_no_file_is_refused()
    {
        _images.Put("fdinfo-1.img", ImageMagic.FdInfo, new FdinfoEntry { Id = 999, Type = 1, Fd = 4 });
        AssertRefused(ArchiveRefusal.InvalidCriuImage, "files.img", "999");
    }

    [Theory]
    [InlineData(ulong.MaxValue - 4095, 2ul)]
    [InlineData(0ul, ulong.MaxValue)]
    [InlineData(0ul, 1ul << 52)]
    [InlineData(5ul, 1ul)]
    [InlineData(4096ul, 0ul)]
    public void Pages_that_cannot_be_are_refused(ulong address, ulong pages)
    {
        _images.Put("pagemap-1.img", ImageMagic.PageMap, new PagemapHead { PagesId = 1 }, new PagemapEntry { Vaddr = address, NrPages = pages, Flags = 4 });
        AssertRefused(ArchiveRefusal.InvalidCriuImage, "p", "");
    }

    [Fact]
    public void Pages_that_overlap_are_refused()
    {
        _images.Put("pagemap-1.img", ImageMagic.PageMap, new PagemapHead { PagesId = 1 },
            new PagemapEntry { Vaddr = 0x2000, NrPages = 2, Flags = 4 }, new PagemapEntry { Vaddr = 0x3000, NrPages = 1, Flags = 4 });
        AssertRefused(ArchiveRefusal.InvalidCriuImage, "pagemap-1.img", "3000");
    }

    [Fact]
    public void Two_processes_with_the_same_pages_are_refused()
    {
        _images.Raw("pagemap-2.img", _images.Get("pagemap-1.img"));
        AssertRefused(ArchiveRefusal.InvalidCriuImage, "pagemap-", "the same pages-1.img");
    }

    [Fact]
    public void Compressed_pages_are_refused_by_name_and_not_read_at_wrong_places()
    {
        _images.Put("pagemap-1.img", ImageMagic.PageMap, new PagemapHead { PagesId = 1 },
            new PagemapEntry { Vaddr = CheckpointImages.TextAddress, NrPages = 2, Flags = 4 | 8 });
        AssertRefused(ArchiveRefusal.UnsupportedCriuImage, "pagemap-1.img", "compressed");
        // An entry with a field 6 that nobody knew when this was written.
        var entry = new PagemapEntry { Vaddr = CheckpointImages.TextAddress, NrPages = 2, Flags = 4 }.ToByteArray();
        _images.Raw("pagemap-1.img", CheckpointImages.Image(ImageMagic.PageMap, new PagemapHead { PagesId = 1 }.ToByteArray(), [.. entry, 0x30, 1]));
        AssertRefused(ArchiveRefusal.UnsupportedCriuImage, "pagemap-1.img", "field 6");
    }

    [Fact]
    public void Pages_that_are_shorter_than_their_map_are_refused()
    {
        _images.Raw("pages-1.img", _images.Get("pages-1.img")[..^1]);
        AssertRefused(ArchiveRefusal.InvalidCriuImage, "pages-1.img", "8191 bytes");
    }

    [Fact]
    public void A_command_line_longer_than_Linux_takes_is_refused()
    {
        _images.Put("mm-1.img", ImageMagic.Mm, CheckpointImages.Memory(4096, 4096 + (7 << 20), 4096 + (7 << 20)));
        AssertRefused(ArchiveRefusal.InvalidCriuImage, "mm-1.img", "7340032 bytes");
    }

    [Fact]
    public void An_inventory_of_another_version_is_refused()
    {
        _images.Put("inventory.img", ImageMagic.Inventory, new InventoryEntry { ImgVersion = 3 });
        AssertRefused(ArchiveRefusal.InvalidCriuImage, "inventory.img", "version 3");
    }

    private ArchiveRefusedException Refused(ArchiveLimits? limits = null) => Assert.Throws<ArchiveRefusedException>(() => _images.Read(_folder, Everything, limits));

    private void AssertRefused(ArchiveRefusal reason, string entry, string detail)
    {
        var refusal = Refused();
        Assert.Equal(reason, refusal.Reason);
        Assert.StartsWith($"checkpoint/{entry}", refusal.Entry, StringComparison.Ordinal);
        Assert.Contains(detail, refusal.Message, StringComparison.Ordinal);
    }
}
