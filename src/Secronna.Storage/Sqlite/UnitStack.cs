using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// Units that were added and not taken yet, linked by <see cref="UnitOfWork.Next"/>, the newest first. Any thread may push and
/// close; one thread takes. No lock is held.
/// </summary>
internal sealed class UnitStack
{
    // Lies on top once the stack is closed, and stays there. Below it are the units that were pushed before.
    private readonly Lid lid = new() { RecordsOnly = true, Weight = 0 };
    private UnitOfWork? top;
    private bool isClosing;

    /// <summary>Whether the stack is closed and all its units were taken.</summary>
    public bool IsFinished => Volatile.Read(ref top) == lid && lid.Next is null;

    /// <summary>Whether <see cref="TakeAll"/> would give units, or the stack is closed.</summary>
    public bool HasNews => Volatile.Read(ref top) is not null;

    /// <summary>Adds a unit. Returns false if the stack is closed.</summary>
    public bool TryPush(UnitOfWork unit)
    {
        while (Volatile.Read(ref top) is var seen && seen != lid)
        {
            unit.Next = seen;
            if (Interlocked.CompareExchange(ref top, unit, seen) == seen)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Accepts no more units. Returns false when the stack was closed before.</summary>
    public bool Close()
    {
        if (Interlocked.Exchange(ref isClosing, true))
        {
            // Another thread closes it. The caller relies on nothing being pushed from now on.
            SpinWait.SpinUntil(() => Volatile.Read(ref top) == lid);
            return false;
        }

        return TryPush(lid);
    }

    /// <summary>Takes all units. Returns the one that was pushed first, from which the others follow in their order.</summary>
    public UnitOfWork? TakeAll()
    {
        var seen = Volatile.Read(ref top);
        while (seen != lid)
        {
            var now = Interlocked.CompareExchange(ref top, null, seen);
            if (now == seen)
            {
                return Reversed(seen);
            }

            seen = now;
        }

        // The lid stays. Nobody but this thread changes what is below it.
        (var units, lid.Next) = (lid.Next, null);
        return Reversed(units);
    }

    private static UnitOfWork? Reversed(UnitOfWork? newest)
    {
        UnitOfWork? first = null;
        while (newest is not null)
        {
            (var older, newest.Next) = (newest.Next, first);
            (first, newest) = (newest, older);
        }

        return first;
    }

    /// <summary>Marks the stack as closed. It never runs.</summary>
    private sealed class Lid : UnitOfWork
    {
        public override bool IsQuick => false;

        public override void Run(Transaction transaction) => throw new InvalidOperationException("this is no unit of work");

        public override void Complete() => throw new InvalidOperationException("this is no unit of work");
    }
}
