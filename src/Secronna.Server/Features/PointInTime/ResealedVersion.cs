using Secronna.Crypto;

namespace Secronna.Server.Features.PointInTime;

/// <summary>An earlier value of a secret, which was opened, and the version under which it was last sealed.</summary>
internal sealed class ResealedVersion(PinnedBuffer value) : IDisposable
{
    /// <summary>The value; <c>null</c> once <see cref="ForgetValue"/> has zeroed it.</summary>
    public PinnedBuffer? Value { get; private set; } = value;

    /// <summary>The version number that <see cref="Boxes"/> is bound to.</summary>
    public int Version { get; private set; }

    /// <summary>The KEK that wraps the data key in <see cref="Boxes"/>.</summary>
    public string? KekId { get; private set; }

    /// <summary>The sealed value and its wrapped data key; <c>null</c> until it is sealed.</summary>
    public SealedVersion? Boxes { get; private set; }

    /// <summary>
    /// Whether the version was sealed inside the transaction. That took one more wrap. The transaction reserves the wrap, and
    /// reserves it again if it is undone and run again.
    /// </summary>
    public bool WasSealedInTransaction { get; set; }

    /// <summary>The share of the plaintext budget that this object holds.</summary>
    public IDisposable? Lease { get; set; }

    /// <summary>Stores the sealed form of the value.</summary>
    public void SetSealed(int version, string kekId, SealedVersion boxes) => (Version, KekId, Boxes) = (version, kekId, boxes);

    /// <summary>Zeroes the value (S26) and keeps its sealed form.</summary>
    public void ForgetValue()
    {
        Value?.Dispose();
        Value = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ForgetValue();
        Lease?.Dispose();
    }
}
