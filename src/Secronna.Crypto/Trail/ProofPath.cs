namespace Secronna.Crypto.Trail;

/// <summary>The way from a node up to the root, one hash of a proof after the other (RFC 9162, section 2.1).</summary>
/// <param name="node">The node's index within its level.</param>
/// <param name="last">The index of the last node of that level.</param>
internal struct ProofPath(long node, long last)
{
    /// <summary>True if the way has led to the root.</summary>
    public readonly bool IsAtRoot => last == 0;

    /// <summary>Goes up by one sibling. Returns false at the root, which has none.</summary>
    public bool TryClimb(out bool siblingIsLeft)
    {
        siblingIsLeft = long.IsOddInteger(node) || node == last;
        if (IsAtRoot)
        {
            return false;
        }

        // The last node of a level that is a left child has no sibling there. It rises unchanged to the level where it has one.
        while (siblingIsLeft && long.IsEvenInteger(node) && node != 0)
        {
            GoUp();
        }

        GoUp();
        return true;
    }

    /// <summary>Goes up to the first level where the node isn't a right child: the root of the perfect subtree that it ends.</summary>
    public void SkipRightChildren()
    {
        while (long.IsOddInteger(node))
        {
            GoUp();
        }
    }

    private void GoUp() => (node, last) = (node >> 1, last >> 1);
}
