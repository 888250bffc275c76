using System.Formats.Cbor;
using CsCheck;
using Secronna.Crypto.Trail;
using Xunit;
using CborReader = System.Formats.Cbor.CborReader;
using CborWriter = System.Formats.Cbor.CborWriter;

namespace Secronna.UnitTests.Crypto.Trail;

/// <summary>Entries are CBOR to another implementation too, and deterministic by its rules.</summary>
public sealed class TrailEntryCborTests
{
    [Theory]
    [InlineData(CborConformanceMode.Canonical)]
    [InlineData(CborConformanceMode.Ctap2Canonical)]
    public void Another_implementation_reads_every_entry_and_writes_the_same_bytes(CborConformanceMode mode)
    {
        TrailSample.Entry.Sample(entry =>
        {
            var bytes = TrailEntryFormat.EncodeMigrated(entry);
            var reader = new CborReader(bytes, mode);
            var writer = new CborWriter(mode);
            Copy(reader, writer);
            Assert.Equal(0, reader.BytesRemaining);
            Assert.Equal(bytes, writer.Encode());
        }, iter: Rounds.Of(1_000, 50_000));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(23)]
    [InlineData(24)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(int.MaxValue)]
    public void A_number_has_the_head_that_another_implementation_gives_it(int number)
    {
        var expected = new CborWriter(CborConformanceMode.Canonical);
        expected.WriteInt32(number);
        var head = new byte[CborHead.MaxSize];
        var size = CborHead.Write(head, CborType.Number, number);

        Assert.Equal(expected.Encode(), head[..size]);
        Assert.Equal(size, CborHead.Read(head, out var type, out var read));
        Assert.Equal((CborType.Number, number), (type, read));
    }

    [Theory]
    [InlineData("1817")]
    [InlineData("1900ff")]
    [InlineData("1a0000ffff")]
    [InlineData("1b00000000ffffffff")]
    [InlineData("1c")]
    [InlineData("1f")]
    [InlineData("18")]
    [InlineData("1901")]
    [InlineData("1a000100")]
    public void A_head_that_is_longer_than_it_need_be_reserved_or_cut_off_is_refused(string head) =>
        Assert.Throws<FormatException>(() => CborHead.Read(head.Bytes(), out _, out _));

    [Fact]
    public void A_head_is_read_exactly_if_another_implementation_reads_it_as_a_number_of_31_bits()
    {
        byte[] notable = [0, 1, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1f, 0x7f, 0x80, 0xff];
        Gen.Int[0, notable.Length - 1].Select(index => notable[index]).Array[1, 9].Sample(bytes =>
        {
            bytes[0] &= 0x1f;
            Assert.Equal(ReadByAnother(bytes), ReadByUs(bytes));
        }, iter: Rounds.Of(3_000, 300_000));
    }

    [Fact]
    public void The_keys_of_a_full_entry_are_all_keys_but_that_of_a_whole_path()
    {
        var reader = new CborReader(TrailEntryFormat.Encode(TrailSample.Full), CborConformanceMode.Canonical);
        var keys = new List<int>();
        for (var pairs = reader.ReadStartMap(); pairs > 0; pairs--)
        {
            keys.Add(reader.ReadInt32());
            reader.SkipValue();
        }

        Assert.Equal(Enumerable.Range(0, 25).Except([TrailEntryKey.Path]), keys);
    }

    private static void Copy(CborReader reader, CborWriter writer)
    {
        var pairs = reader.ReadStartMap();
        writer.WriteStartMap(pairs);
        for (var item = 0; item < 2 * pairs; item++)
        {
            switch (reader.PeekState())
            {
                case CborReaderState.UnsignedInteger:
                    writer.WriteUInt64(reader.ReadUInt64());
                    break;
                case CborReaderState.ByteString:
                    writer.WriteByteString(reader.ReadByteString());
                    break;
                default:
                    writer.WriteTextString(reader.ReadTextString());
                    break;
            }
        }

        reader.ReadEndMap();
        writer.WriteEndMap();
    }

    private static int? ReadByAnother(byte[] bytes)
    {
        try
        {
            return new CborReader(bytes, CborConformanceMode.Canonical, allowMultipleRootLevelValues: true).ReadInt32();
        }
        catch (Exception exception) when (exception is CborContentException or OverflowException)
        {
            return null;
        }
    }

    private static int? ReadByUs(byte[] bytes)
    {
        try
        {
            CborHead.Read(bytes, out _, out var number);
            return number;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
