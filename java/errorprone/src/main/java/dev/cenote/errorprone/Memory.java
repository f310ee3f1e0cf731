package dev.cenote.errorprone;

import com.google.errorprone.VisitorState;
import com.google.errorprone.util.ASTHelpers;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.TypeCastTree;
import com.sun.tools.javac.code.Symbol;
import com.sun.tools.javac.code.Symbol.MethodSymbol;
import com.sun.tools.javac.code.Symbol.VarSymbol;
import com.sun.tools.javac.code.Type;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What counts as memory of Cenote in a program's text: owners (a block, an arena, an adapter's buffer), which are closed,
 * and views (buffers, segments, addresses), which must not outlive their owner.
 */
final class Memory {

    private static final List<String> OWNERS =
        List.of("dev.cenote.Block", "dev.cenote.MemoryArena", "dev.cenote.agrona.BlockBuffer");
    private static final List<String> VIEWS =
        List.of("java.nio.Buffer", "java.lang.foreign.MemorySegment", "org.agrona.DirectBuffer");
    private static final List<String> POOLS = List.of("dev.cenote.Pool", "dev.cenote.LocalBlockPool", "dev.cenote.SizedPool");
    /** Methods of an owner that tell about it without reaching memory. */
    private static final Set<String> HARMLESS =
        Set.of("toString", "hashCode", "equals", "getClass", "pool", "bytes", "name", "kind", "isOpen", "isClosed", "stats", "block",
            "attachment");

    private Memory() {
    }

    /** {@return whether a type is one that owns memory and gives it back when it is closed} */
    static boolean isOwner(@Nullable Type type, VisitorState state) {
        return isOneOf(type, OWNERS, state);
    }

    /** {@return whether a type reaches memory that something else owns} */
    static boolean isView(@Nullable Type type, VisitorState state) {
        return isOneOf(type, VIEWS, state);
    }

    static boolean isOneOf(@Nullable Type type, List<String> names, VisitorState state) {
        if (type == null) {
            return false;
        }
        for (String name : names) {
            Type known = state.getTypeFromString(name);
            if (known != null && ASTHelpers.isSubtype(type, known, state)) {
                return true;
            }
        }
        return false;
    }

    /** {@return whether a method of an owner may be called after it was closed} */
    static boolean isHarmless(MethodInvocationTree call) {
        return HARMLESS.contains(ASTHelpers.getSymbol(call).getSimpleName().toString());
    }

    /** {@return the variable that an expression names; null if it is more than a name} */
    static @Nullable VarSymbol variable(@Nullable Tree tree) {
        Tree bare = tree;
        while (bare instanceof ParenthesizedTree inner) {
            bare = inner.getExpression();
        }
        return bare instanceof IdentifierTree name && ASTHelpers.getSymbol(name) instanceof VarSymbol symbol ? symbol : null;
    }

    /**
     * Finds whose memory an expression reaches.
     *
     * @param held variables known to hold an owner or a view
     * @return the variable of {@code held} that it comes from; null if it is none
     */
    static @Nullable VarSymbol source(@Nullable Tree tree, Set<VarSymbol> held, VisitorState state) {
        if (tree instanceof ParenthesizedTree inner) {
            return source(inner.getExpression(), held, state);
        }
        if (tree instanceof TypeCastTree cast) {
            return source(cast.getExpression(), held, state);
        }
        if (tree instanceof ConditionalExpressionTree choice) {
            VarSymbol first = source(choice.getTrueExpression(), held, state);
            return first != null ? first : source(choice.getFalseExpression(), held, state);
        }
        if (tree instanceof BinaryTree sum && (sum.getKind() == Tree.Kind.PLUS || sum.getKind() == Tree.Kind.MINUS)) {
            Type type = ASTHelpers.getType(sum);
            return type != null && type.isPrimitive() ? ofSum(sum, held, state) : null;
        }
        if (tree instanceof MethodInvocationTree call) {
            return ofCall(call, held, state);
        }
        VarSymbol variable = variable(tree);
        return variable != null && held.contains(variable) ? variable : null;
    }

    /** An address and an offset make an address. */
    private static @Nullable VarSymbol ofSum(BinaryTree sum, Set<VarSymbol> held, VisitorState state) {
        VarSymbol left = source(sum.getLeftOperand(), held, state);
        return left != null ? left : source(sum.getRightOperand(), held, state);
    }

    private static @Nullable VarSymbol ofCall(MethodInvocationTree call, Set<VarSymbol> held, VisitorState state) {
        MethodSymbol method = ASTHelpers.getSymbol(call);
        Type result = ASTHelpers.getReturnType(call);
        boolean isReach = isView(result, state) || isOwner(result, state);
        if (method.isStatic()) { /* BlockBuffer.of(block) */
            if (isReach && packageOf(method).startsWith("dev.cenote")) {
                for (ExpressionTree argument : call.getArguments()) {
                    VarSymbol from = source(argument, held, state);
                    if (from != null) {
                        return from;
                    }
                }
            }
            return null;
        }
        ExpressionTree receiver = ASTHelpers.getReceiver(call);
        VarSymbol from = source(receiver, held, state);
        if (from == null) {
            return null;
        }
        String name = method.getSimpleName().toString();
        boolean isAddress = isOwner(ASTHelpers.getType(receiver), state) && result != null && result.isPrimitive()
            && (name.equals("address") || name.startsWith("allocate"));
        return isReach || isAddress ? from : null;
    }

    static String packageOf(Symbol symbol) {
        return symbol.packge().getQualifiedName().toString();
    }

    /**
     * Finds what a call gives back.
     *
     * @return the variable whose owner {@code close()} or {@code put()} gives back; null if the call does no such thing
     */
    static @Nullable VarSymbol closedBy(@Nullable Tree tree, VisitorState state) {
        if (!(tree instanceof MethodInvocationTree call)) {
            return null;
        }
        MethodSymbol method = ASTHelpers.getSymbol(call);
        ExpressionTree receiver = ASTHelpers.getReceiver(call);
        if (receiver == null) {
            return null;
        }
        boolean isClose = method.getSimpleName().contentEquals("close") && call.getArguments().isEmpty();
        boolean isPut = method.getSimpleName().contentEquals("put") && !call.getArguments().isEmpty()
            && isOneOf(ASTHelpers.getType(receiver), POOLS, state);
        VarSymbol variable = isClose ? variable(receiver) : isPut ? variable(call.getArguments().get(0)) : null;
        return variable != null && isLocal(variable) && isOwner(variable.type, state) ? variable : null;
    }

    /** {@return the arena whose pieces a call of {@code reset()} takes back; null if the call does no such thing} */
    static @Nullable VarSymbol resetBy(@Nullable Tree tree, VisitorState state) {
        if (!(tree instanceof MethodInvocationTree call)
                || !ASTHelpers.getSymbol(call).getSimpleName().contentEquals("reset")) {
            return null;
        }
        VarSymbol variable = variable(ASTHelpers.getReceiver(call));
        return variable != null && isLocal(variable) && isOwner(variable.type, state) ? variable : null;
    }

    /** {@return whether a variable lives in a method, a lambda or a block} */
    static boolean isLocal(Symbol symbol) {
        return switch (symbol.getKind()) {
            case LOCAL_VARIABLE, PARAMETER, RESOURCE_VARIABLE, EXCEPTION_PARAMETER, BINDING_VARIABLE -> true;
            default -> false;
        };
    }
}
