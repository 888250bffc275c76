namespace Secronna.Storage.Postgres;

/// <summary>PostgreSQL undid the transaction because of a deadlock or a serialisation failure. It may run again.</summary>
internal sealed class ConflictException : Exception
{
    public ConflictException()
        : base("the transaction was undone in favour of another")
    {
    }
}
