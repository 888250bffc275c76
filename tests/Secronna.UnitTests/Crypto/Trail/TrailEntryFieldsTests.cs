using CsCheck;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class TrailEntryFieldsTests
{
    [Fact]
    public void The_fields_are_what_decoding_the_whole_entry_gives()
    {
        AssertAgree(TrailEntryFormat.Encode(TrailSample.Full));
        AssertAgree(TrailEntryFormat.Encode(TrailSample.Reveal));
        TrailSample.Entry.Sample(entry => AssertAgree(TrailEntryFormat.EncodeMigrated(entry)), iter: Rounds.Of(500, 50_000));
    }

    [Fact]
    public void The_items_of_ids_are_those_that_an_index_looks_up()
    {
        var fields = TrailEntryFields.Read(TrailEntryFormat.Encode(TrailSample.Reveal));
        Assert.Equal(TrailId.ItemOfActor(TrailSample.Reveal.ActorId), fields.ActorId);
        Assert.Equal(TrailId.ItemOf(TrailSample.Reveal.SecretId!), fields.SecretId);

        var longId = new string('ä', 500);
        var cut = TrailEntryFields.Read(TrailEntryFormat.Encode(TrailSample.Reveal with { ActorId = longId, SecretId = longId }));
        Assert.Equal(TrailId.ItemOfActor(longId), cut.ActorId);
        Assert.Equal(TrailId.ItemOf(longId), cut.SecretId);
    }

    [Fact]
    public void Changed_bytes_give_a_format_error_or_the_fields_that_decoding_gives()
    {
        Gen.Select(TrailSample.Entry, Gen.Int[0, 200], Gen.Byte).Sample((entry, at, value) =>
        {
            var bytes = TrailEntryFormat.EncodeMigrated(entry);
            bytes[at % bytes.Length] = value;
            if (IsEntry(bytes))
            {
                AssertAgree(bytes);
                return;
            }

            try
            {
                TrailEntryFields.Read(bytes);
            }
            catch (FormatException)
            {
                // As expected of most changes. No other error may come.
            }
        }, iter: Rounds.Of(1_000, 100_000));
    }

    private static void AssertAgree(byte[] bytes)
    {
        var entry = TrailEntryFormat.Decode(TrailSample.WorkspaceId, bytes);
        var fields = TrailEntryFields.Read(bytes);
        Assert.Equal(entry.Id, IdOf(fields.Id));
        Assert.Equal(entry.ActorId, IdOf(fields.ActorId));
        Assert.Equal(entry.RequestId, IdOf(fields.RequestId));
        Assert.Equal(entry.ProjectId, IdOf(fields.ProjectId));
        Assert.Equal(entry.EnvironmentId, IdOf(fields.EnvironmentId));
        Assert.Equal(entry.SecretId, IdOf(fields.SecretId));
        Assert.Equal(TrailActorTypes.NumberOf(entry.ActorType), fields.ActorType);
        Assert.Equal(TrailActions.NumberOf(entry.Action), fields.Action);
        Assert.Equal(TrailOutcomes.Table.NumberOf(entry.Outcome), fields.Outcome);
        Assert.Equal(entry.Version, fields.Version);
        Assert.Equal(entry.BoxHash?.ToString() ?? "", Hex.Text(fields.BoxHash));
        Assert.Equal(entry.Subject, fields.Subject.IsEmpty ? null : new System.Formats.Cbor.CborReader(fields.Subject.ToArray()).ReadTextString());
    }

    private static string? IdOf(ReadOnlySpan<byte> item) => item.IsEmpty ? null : TrailId.FromItem(item);

    private static bool IsEntry(byte[] bytes)
    {
        try
        {
            TrailEntryFormat.Decode(TrailSample.WorkspaceId, bytes);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
