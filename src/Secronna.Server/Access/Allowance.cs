namespace Secronna.Server.Access;

/// <summary>
/// What one owner may still take at a rate. It begins full, and fills up evenly to what the rate allows in a minute. Thread-safe.
/// </summary>
/// <param name="capacity">What the allowance holds when it is full.</param>
/// <param name="time">The clock.</param>
internal sealed class Allowance(long capacity, TimeProvider time)
{
    private readonly Lock gate = new();
    private double left = capacity;
    private long filledAt = time.GetTimestamp();
    private bool isDropped;

    /// <summary>Takes from the allowance, if enough is left.</summary>
    /// <param name="count">How much to take. More than a full allowance takes a full one.</param>
    /// <param name="capacity">What the allowance holds when it is full, as of now.</param>
    /// <param name="wait">How long it takes until enough is left; zero if it was taken.</param>
    /// <returns>Whether this allowance is in use. If it was dropped, nothing was taken, and its owner has another one.</returns>
    public bool TryTake(long count, long capacity, out TimeSpan wait)
    {
        var needed = (double)Math.Min(count, capacity);
        lock (gate)
        {
            FillUnderLock(capacity);
            wait = left >= needed ? TimeSpan.Zero : WaitFor(needed - left, capacity);
            if (!isDropped && left >= needed)
            {
                left -= needed;
            }

            return !isDropped;
        }
    }

    /// <summary>Returns what was taken for something that is not done.</summary>
    public void GiveBack(long count, long capacity)
    {
        lock (gate)
        {
            left = Math.Min(capacity, left + Math.Min(count, capacity));
        }
    }

    /// <summary>Marks the allowance as dropped if it is full. Its owner may then get another one, which is as full.</summary>
    public bool DropIfFull(long capacity)
    {
        lock (gate)
        {
            FillUnderLock(capacity);
            isDropped = left >= capacity;
            return isDropped;
        }
    }

    // At a high rate the time is less than a tick, but a refusal always has a time to wait.
    private static TimeSpan WaitFor(double missing, long capacity) =>
        TimeSpan.FromMinutes(missing / capacity) + TimeSpan.FromTicks(1);

    private void FillUnderLock(long capacity)
    {
        var now = time.GetTimestamp();
        left = Math.Min(capacity, left + (time.GetElapsedTime(filledAt, now).TotalMinutes * capacity));
        filledAt = now;
    }
}
