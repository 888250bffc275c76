namespace Secronna.Server.Access.Tokens;

/// <summary>Limits log lines that strangers can cause to one a minute.</summary>
internal sealed class OnceAMinute(TimeProvider time)
{
    private readonly Lock gate = new();
    private long? last;

    /// <summary>Returns true for only one call in a minute.</summary>
    public bool IsDue()
    {
        lock (gate)
        {
            if (last is { } earlier && time.GetElapsedTime(earlier) < TimeSpan.FromMinutes(1))
            {
                return false;
            }

            last = time.GetTimestamp();
            return true;
        }
    }
}
