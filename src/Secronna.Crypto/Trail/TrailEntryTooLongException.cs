namespace Secronna.Crypto.Trail;

/// <summary>
/// An entry needs more bytes than an entry may have. Only <see cref="TrailEntry.Details"/> can cause this, since all other texts
/// are cut. The caller spreads them over several entries; <see cref="TrailEntryFormat.RoomForDetails"/> says how.
/// </summary>
public sealed class TrailEntryTooLongException : Exception
{
    internal TrailEntryTooLongException(int maxSize)
        : base($"An entry of the trail has at most {maxSize} bytes. Its details must go on in further entries.")
    {
    }
}
